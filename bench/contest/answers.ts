import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { basic } from '../../test/helpers/basic.ts';
import type { Owner } from '../../test/helpers/owner.ts';
import { tempDir } from '../../test/helpers/temp.ts';

/** What a registry has answered to GET, for others to answer the same. */
export type Answer = {
  path: string;
  /** in their order, without those that each connection has of its own */
  headers: [name: string, value: string][];
  /** the body's file */
  file: string;
};

/**
 * Asks a registry for each path. The files go with the owner.
 * @param user `name:password`, where it is not open
 */
export async function recordAnswers(
  owner: Owner,
  host: string,
  paths: readonly string[],
  user?: string,
): Promise<Answer[]> {
  const folder = await tempDir(owner);
  const headers = user === undefined ? {} : { authorization: basic(user) };
  return Promise.all(
    [...new Set(paths)].map(async (path, at) => {
      const asking = get(`http://${host}${path}`, { agent: false, headers });
      const [answer] = (await once(asking, 'response')) as [IncomingMessage];
      if (answer.statusCode !== 200) throw new Error(`${path} was answered with ${answer.statusCode}`);
      const file = join(folder, String(at));
      await pipeline(answer, createWriteStream(file));
      return { path, headers: headersOf(answer), file };
    }),
  );
}

/** Every server writes these by itself. */
const ofConnection = new Set(['date', 'connection', 'keep-alive']);

function headersOf({ rawHeaders }: IncomingMessage): Answer['headers'] {
  return rawHeaders.flatMap((name, at): Answer['headers'] =>
    at % 2 === 1 || ofConnection.has(name.toLowerCase()) ? [] : [[name, rawHeaders[at + 1] ?? '']],
  );
}
