import { Failure } from '../errors.ts';

/** `host:port`, or `[IPv6]:port`. */
export const addressForm = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]*)):(\d{1,5})$/;

/** The parts of `host:port`, or of `[IPv6]:port`. @throws Failure `invalid` where it is neither */
export function partsOf(listen: string): { host: string; port: number } {
  const [, ipv6, host = '', port] = addressForm.exec(listen) ?? [];
  if (port === undefined) throw new Failure('invalid', `${listen} is no address: write host:port`);
  return { host: ipv6 ?? host, port: Number(port) };
}
