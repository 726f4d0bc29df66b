import type { IncomingMessage } from 'node:http';
import { Failure } from '../errors.ts';
import type { Identity, Role } from './auth/identity.ts';

/** Any koa context, as far as it is needed here. */
type Context = { req: IncomingMessage };

const identities = new WeakMap<IncomingMessage, Identity>();

/** From now on the request is known to be by `identity`. */
export function admit({ req }: Context, identity: Identity): void {
  identities.set(req, identity);
}

/** Who asks, for the history and the log; undefined while nobody is admitted. */
export function userOf({ req }: Context): string | undefined {
  return identities.get(req)?.user;
}

/**
 * Who shares turns and bounds: a user at an address. The address is the connection's own: headers that a proxy sets are
 * set as easily by whoever wants to be many.
 */
export function clientOf({ req }: Context): string {
  return `${userOf({ req }) ?? ''} ${req.socket.remoteAddress ?? ''}`;
}

/** @throws Failure `denied` when who asks lacks `role` */
export function requireRole(ctx: Context, role: Role): void {
  const { user, roles } = identityOf(ctx);
  if (!roles.has(role)) throw new Failure('denied', `User ${user} lacks the role ${role}`);
}

/** Whether who asks has one of `roles`. */
export function hasRole(ctx: Context, roles: readonly Role[]): boolean {
  const identity = identityOf(ctx);
  return roles.some((role) => identity.roles.has(role));
}

/** @throws Failure `denied` when `repository` is out of the user's grants */
export function requireRepository(ctx: Context, repository: string): void {
  const identity = identityOf(ctx);
  if (!identity.mayUse(repository)) {
    throw new Failure('denied', `Repository ${repository} is out of the grants of user ${identity.user}`);
  }
}

function identityOf({ req }: Context): Identity {
  const identity = identities.get(req);
  if (identity === undefined) throw new Failure('unauthenticated', 'Valid credentials are needed here');
  return identity;
}
