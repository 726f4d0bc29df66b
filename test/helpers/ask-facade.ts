import { basic } from './basic.ts';
import type { Served } from './serve.ts';

/**
 * What the admin API of a facade answers to its administrator.
 * @throws Error where it is away, or does not answer 200
 */
export async function askFacade<T>({ host, admin }: Served, path: string): Promise<T> {
  const answer = await fetch(`http://${host}/api/v1${path}`, { headers: { authorization: basic(admin) } });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
  return JSON.parse(text) as T;
}
