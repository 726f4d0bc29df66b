/** What a user may be allowed. None implies another. */
export const roles = ['pull', 'droplets', 'admin'] as const;

export type Role = (typeof roles)[number];

/** Who sends a request, and what they may do. */
export type Identity = {
  user: string;
  roles: ReadonlySet<Role>;
  /** Whether the user's grants cover a repository, by its full name. */
  mayUse(repository: string): boolean;
};

/** What every 401 carries as WWW-Authenticate (RFC 7617 §2). */
export const challenge = 'Basic realm="dropstack", charset="UTF-8"';

/** Who sends requests where no users are configured. Such a server listens on the loopback only. */
export const anonymous: Identity = { user: 'anonymous', roles: new Set(roles), mayUse: () => true };
