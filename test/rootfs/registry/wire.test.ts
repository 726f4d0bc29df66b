/** Where we are sent, and what goes along. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { isFailure } from '../../../src/errors.ts';
import { Wire, type Answer } from '../../../src/rootfs/registry/wire.ts';
import { freePort } from '../../helpers/free-port.ts';
import { atEnd } from '../../helpers/owner.ts';
import { run } from '../../helpers/run.ts';
import { certificates } from '../../helpers/tls.ts';

/** A server that notes who asked for what. @returns its origin */
async function open(
  t: ExecutionContext,
  listener: RequestListener,
  tls?: { cert: string; key: string },
): Promise<{ origin: string; seen: string[] }> {
  const seen: string[] = [];
  const noted: RequestListener = (request, response) => {
    seen.push(`${request.url ?? ''} ${request.headers.authorization ?? '-'}`);
    listener(request, response);
  };
  const pem = tls && { cert: await readFile(tls.cert), key: await readFile(tls.key) };
  const server = pem === undefined ? createServer(noted) : createSecureServer(pem, noted);
  const port = await freePort();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  atEnd(t, async () => {
    server.closeAllConnections();
    server.close();
  });
  return { origin: `${pem === undefined ? 'http' : 'https'}://127.0.0.1:${port}`, seen };
}

const to =
  (location: string, status = 307): RequestListener =>
  (_, response) =>
    void response.writeHead(status, { Location: location }).end('elsewhere');
const done: RequestListener = (_, response) => void response.end('here');

async function get(t: ExecutionContext, url: string, plainHttp = false): Promise<Answer> {
  const wire = new Wire(plainHttp);
  atEnd(t, () => wire.close());
  return wire.get(new URL(url), {}, 'Bearer secret');
}

test('credentials stay with whom they are for', async (t) => {
  const last = await open(t, done);
  const middle = await open(t, (request, response) => {
    to(request.url === '/a?x=1' ? `${first.origin}/back` : `${last.origin}/end?signed=1`)(request, response);
  });
  const first = await open(t, (request, response) => {
    if (request.url === '/') to('/same', 301)(request, response);
    else to(request.url === '/same' ? `${middle.origin}/a?x=1` : `${middle.origin}/b`)(request, response);
  });
  const { body, url } = await get(t, `${first.origin}/`);
  t.is(await body.text(), 'here');
  t.is(url.href, `${last.origin}/end?signed=1`);
  t.deepEqual(first.seen, ['/ Bearer secret', '/same Bearer secret', '/back -']);
  t.deepEqual(middle.seen, ['/a?x=1 -', '/b -']);
  t.deepEqual(last.seen, ['/end?signed=1 -']);
});

test('nobody leads us on for ever, to the link, or to plain HTTP elsewhere', async (t) => {
  const round = await open(t, to('/'));
  for (const [listener, says] of [
    [to('/'), /sends us on and on, more than 5 times/],
    [to('http://169.254.169.254/latest/meta-data?secret'), /^169\.254\.169\.254 is a link-local address/],
    [to('http://[fe80::1]/'), /link-local/],
    [to('http://registry.example/'), /registry\.example is to be asked over plain HTTP: give --plain-http/],
  ] as const) {
    const { origin } = await open(t, listener);
    const error = await t.throwsAsync(get(t, `${origin}/`), { message: says });
    t.true(isFailure(error, 'denied'));
    t.notRegex(error?.message ?? '', /secret/);
  }
  await t.throwsAsync(get(t, `${round.origin}/`));
  t.is(round.seen.length, 6);
  const plain = await t.throwsAsync(get(t, 'http://169.254.169.254/', true));
  t.true(isFailure(plain, 'denied'), 'also where plain HTTP is allowed');
});

test('what leads nowhere is an answer like others', async (t) => {
  for (const listener of [to('ftp://a.example/'), to('http://'), to('/', 304)]) {
    const { origin } = await open(t, listener);
    const { statusCode, body } = await get(t, `${origin}/`);
    t.true(statusCode >= 300);
    await body.dump();
  }
});

test('from HTTPS nobody leads us to plain HTTP; its authority may be given to Node', async (t) => {
  const { ca, cert, key } = await certificates(t);
  const plain = await open(t, done);
  const secure = await open(
    t,
    (request, response) => {
      (request.url === '/' ? to(`${plain.origin}/`) : done)(request, response);
    },
    { cert, key },
  );
  const module = join(import.meta.dirname, '../../../src/rootfs/registry/wire.ts');
  const script = `
    import { Wire } from ${JSON.stringify(module)};
    const wire = new Wire(true);
    for (const path of ['/here', '/'])
      await wire.get(new URL(path, ${JSON.stringify(secure.origin)})).then(
        ({ statusCode, body }) => (console.log(statusCode), body.dump()),
        (error) => console.log(error.message),
      );
    await wire.close();`;
  const ask = async (env: Record<string, string>): Promise<string> =>
    (await run(process.execPath, ['--input-type=module', '-e', script], { env: { ...process.env, ...env } }))
      .stdout;
  t.is(
    await ask({ NODE_EXTRA_CA_CERTS: ca }),
    `200\n${new URL(secure.origin).host} sends us from HTTPS to plain HTTP\n`,
  );
  t.notRegex(await ask({}), /200/);
  t.deepEqual(plain.seen, []);
});
