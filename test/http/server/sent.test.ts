import { readFile } from 'node:fs/promises';
import { connect as connectPlain } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { connect } from 'node:tls';
import test from 'ava';
import { createServer } from '../../../src/http/server.ts';
import { until } from '../../crash/processes.ts';
import { testWith } from '../../helpers/test-with.ts';
import { certificates } from '../../helpers/tls.ts';

const body = Buffer.alloc(300_000, 'x');
const get = (connection: string) => `GET / HTTP/1.1\r\nHost: x\r\nConnection: ${connection}\r\n\r\n`;
const runs = [
  { protocol: 'HTTP', run: test },
  { protocol: 'HTTPS', run: testWith('openssl') },
];

for (const { protocol, run } of runs) {
  run(
    `over ${protocol} each byte that a client got is counted, on open connections and on closed ones`,
    async (t) => {
      const files = protocol === 'HTTPS' ? await certificates(t) : undefined;
      const tls = files && {
        cert: await readFile(files.cert, 'utf8'),
        key: await readFile(files.key, 'utf8'),
      };
      const server = createServer({ listener: (_request, response) => void response.end(body), tls });
      const { port } = await server.listen(0, '127.0.0.1');
      t.teardown(() => server.close(0));
      const at = { port, host: '127.0.0.1', rejectUnauthorized: false };
      const open = () => (tls === undefined ? connectPlain(at) : connect(at));

      t.is(server.sent, 0);
      const kept = open();
      t.teardown(() => kept.destroy());
      let got = '';
      kept.on('data', (chunk: Buffer) => (got += chunk.toString('latin1')));
      kept.write(get('keep-alive'));
      await until('all of it is there', () => got.length - body.length === got.indexOf('\r\n\r\n') + 4);
      await until('all of it is counted', () => server.sent === got.length);

      const closed = open();
      closed.write(get('close'));
      const answer = await buffer(closed);
      t.true(answer.length > body.length);
      await until('both are counted', () => server.sent === got.length + answer.length);
    },
  );
}
