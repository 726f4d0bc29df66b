import { z } from 'zod';

/** The URL of a server. It may be logged and shown, so it holds no credentials. */
export const httpUrl = z
  .url({ protocol: /^https?$/, error: 'not a URL: write https://host' })
  .refine(isBare, 'must hold no user and no password');

function isBare(given: string): boolean {
  const url = URL.parse(given);
  return url === null || (url.username === '' && url.password === '');
}
