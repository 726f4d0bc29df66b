import { X509Certificate } from 'node:crypto';
import type { Finding } from '../../config/problem.ts';
import { day } from '../../store/lifetime.ts';

/** In good time: tools renew certificates of ninety days a month before their end. */
const soon = 30 * day;

/**
 * How long a certificate holds, with those behind it. One that does not hold is taken at a start, and nobody can use it.
 * @param now milliseconds since 1970
 */
export function judgeChain(chain: readonly X509Certificate[], now: number): Finding {
  const option = ['tlsCert'];
  const begin = Math.max(...chain.map(({ validFromDate }) => validFromDate.getTime()));
  const end = Math.min(...chain.map(({ validToDate }) => validToDate.getTime()));
  const [from, until] = [begin, end].map((time) => new Date(time).toISOString());
  if (begin > now) return { level: 'error', option, message: `the certificate is not valid before ${from}` };
  if (end <= now) return { level: 'error', option, message: `the certificate expired at ${until}` };
  const days = Math.floor((end - now) / day);
  const message = `the certificate is valid until ${until}, ${days} days`;
  if (end - now < soon) return { level: 'warning', option, message: `${message}: renew it` };
  return { level: 'info', option, message };
}

/** A certificate, and those of the authorities behind it in its file. */
export function chainOf(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block));
}
