/** A server to load: `host:port`, and the root of its process tree. */
export type Server = { host: string; pid: number };

/**
 * Who is measured, by two servers with the same content: `open` asks nobody who they are, `guarded` wants Basic
 * credentials, and keeps their passwords as the same bcrypt hashes. A floor takes whatever it is sent at both.
 */
export type Contestant = { name: string; open: Server; guarded: Server };
