/** The Authorization header of `name:password` (RFC 7617). */
export function basic(user: string): string {
  return `Basic ${Buffer.from(user).toString('base64')}`;
}
