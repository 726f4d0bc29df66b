import { userInfo } from 'node:os';

/** Who runs this command, as the system calls them; by number where it has no name for them. */
export function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? '?'}`;
  }
}
