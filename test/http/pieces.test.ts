import { IncomingMessage, ServerResponse } from 'node:http';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { Readable } from 'node:stream';
import test from 'ava';
import { whole } from '../../src/http/pieces.ts';
import { DirectoryStore } from '../../src/store/directory.ts';
import { tempDir } from '../helpers/temp.ts';

for (const when of ['before', 'while']) {
  test(`a client that has left ${when} a little piece is read lets go of a store that says nothing`, async (t) => {
    const source = { store: await DirectoryStore.open(await tempDir(t)) };
    const response = new ServerResponse(new IncomingMessage(new Socket()));
    const body = new Readable({ read: () => undefined });
    if (when === 'before') await leave(response);
    const reading = whole({ name: 'silent', body, length: 10 }, source, response);
    if (when === 'while') await leave(response);
    await reading;
    t.true(body.destroyed);
  });
}

async function leave(response: ServerResponse): Promise<void> {
  const closed = once(response, 'close');
  response.destroy();
  await closed;
}
