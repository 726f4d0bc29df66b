/** An S3 store that cannot answer: always `unavailable`, within a time, and with words that help. */
import { writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { isFailure } from '../../src/errors.ts';
import type { Timeouts } from '../../src/store/s3/handler.ts';
import { s3Location, type S3Location } from '../../src/store/s3/location.ts';
import { S3Store } from '../../src/store/s3/store.ts';
import { deadPort } from '../helpers/dead-port.ts';
import { readObject } from '../helpers/read.ts';
import { run } from '../helpers/run.ts';
import { s3Front, type Passing } from '../helpers/s3-front.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { certificates } from '../helpers/tls.ts';
import { s3Environment, startVersitygw, type Versitygw } from '../helpers/versitygw.ts';

const withS3 = testWith('versitygw', 'setpriv', 'openssl');
const stack = new AsyncDisposableStack();
test.after.always(() => stack.disposeAsync());

let started: Promise<Versitygw> | undefined;
const gateway = (): Promise<Versitygw> => (started ??= startVersitygw(stack));

/** Every method says so. */
async function isUnavailable(t: ExecutionContext, store: S3Store, message: RegExp): Promise<void> {
  const calls: Record<string, () => Promise<unknown>> = {
    stat: () => store.stat('a'),
    open: () => store.open('a'),
    range: () => store.open('a', { start: 1 }),
    list: () => Array.fromAsync(store.list('')),
    put: () => store.put('a', Buffer.from('x')),
    create: () => store.put('a', Buffer.from('x'), 'absent'),
    swap: () => store.put('a', Buffer.from('x'), { etag: '"x"' }),
    remove: () => store.remove('a'),
  };
  for (const [name, call] of Object.entries(calls)) {
    const error = await t.throwsAsync(call(), undefined, name);
    t.true(isFailure(error, 'unavailable'), `${name}: ${String(error)}`);
    t.regex(error?.message ?? '', message, name);
    t.false(JSON.stringify([error?.message, error?.cause]).includes(s3Environment.AWS_SECRET_ACCESS_KEY));
  }
}

withS3('a bucket that is not there', async (t) => {
  const location = await (await gateway()).bucket();
  await isUnavailable(t, new S3Store({ ...location, bucket: 'elsewhere' }), /bucket elsewhere at .*make it/);
});

withS3('credentials that are refused, and such that cannot be read', async (t) => {
  const location = await (await gateway()).bucket();
  const folder = await tempDir(t);
  const file = join(folder, 'wrong');
  await writeFile(file, 'wrong');
  await isUnavailable(t, new S3Store({ ...location, secretAccessKeyFile: file }), /refuses our credentials/);
  // versitygw has a code of its own for them.
  await isUnavailable(t, new S3Store({ ...location, accessKeyIdFile: file }), /access key/);
  const missing = join(folder, 'missing');
  await isUnavailable(
    t,
    new S3Store({ ...location, accessKeyIdFile: missing }),
    /Cannot read the S3 credentials/,
  );
  await writeFile(file, ' \n');
  await isUnavailable(t, new S3Store({ ...location, accessKeyIdFile: file }), /it is empty/);
});

withS3('credentials that change are read again', async (t) => {
  const location = await (await gateway()).bucket();
  const file = join(await tempDir(t), 'secret');
  await writeFile(file, 'yesterday');
  const store = new S3Store({ ...location, secretAccessKeyFile: file });
  await t.throwsAsync(store.stat('a'), { message: /refuses our credentials/ });
  await writeFile(file, s3Environment.AWS_SECRET_ACCESS_KEY);
  for (let i = 0; i < 600; i++) {
    if (
      await store.stat('a').then(
        () => true,
        () => false,
      )
    )
      return t.pass();
    await delay(100);
  }
  return t.fail('the old ones are still used');
});

withS3('another region is named as the reason', async (t) => {
  const location = await (await gateway()).bucket();
  const store = new S3Store({ ...location, region: 'elsewhere-1' });
  await t.throwsAsync(store.open('a'), { message: /it is in another region: check region/ });
});

withS3('credentials of the environment are used where no files are named', async (t) => {
  const { accessKeyIdFile: _, secretAccessKeyFile: _too, ...location } = await (await gateway()).bucket();
  const script = `
    const { S3Store } = await import(process.argv[1]);
    const store = new S3Store(JSON.parse(process.argv[2]));
    await store.put('by-environment', Buffer.from('x'));`;
  const file = join(import.meta.dirname, '../../src/store/s3/store.ts');
  const args = ['--input-type=module', '-e', script, file, JSON.stringify(location)];
  await run(process.execPath, args, { env: { ...process.env, ...s3Environment } });
  t.is(String(await readObject(new S3Store(await sameWithFiles(location)), 'by-environment')), 'x');
  // The instance metadata service is far from here.
  const bare = {
    PATH: process.env['PATH'],
    HOME: await tempDir(t),
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const without = await run(process.execPath, args, { env: bare, mayFail: true });
  t.regex(without.stderr, /there are no credentials: name files/);
});

async function sameWithFiles(location: Partial<S3Location>): Promise<S3Location> {
  const { bucket = '' } = location;
  return { ...(await (await gateway()).bucket()), bucket };
}

withS3('a certificate of an authority that is named is trusted, another is not', async (t) => {
  const [tls, other] = [await certificates(t), await certificates(t)];
  const location = await (await startVersitygw(t, { tls })).bucket();
  const store = new S3Store({ ...location, ca: tls.ca });
  await store.put('a', Buffer.from('secure'));
  t.is(String(await readObject(store, 'a')), 'secure');
  await isUnavailable(t, new S3Store(location), /unknown authority: name that one by ca/);
  await isUnavailable(t, new S3Store({ ...location, ca: other.ca }), /unknown authority|certificate/);
  const missing = join(await tempDir(t), 'missing.pem');
  t.throws(() => new S3Store({ ...location, ca: missing }), { message: /Cannot read the authorities/ });
});

test('nobody listens', async (t) => {
  const endpoint = `http://127.0.0.1:${deadPort}`;
  await isUnavailable(t, new S3Store(await somewhere(t, endpoint)), /nobody listens there/);
});

const impatient: Partial<Timeouts> = { connect: 300, answer: 300, send: 300, complete: 300, idle: 400 };

/** A location that needs no server of its own. */
async function somewhere(t: ExecutionContext, endpoint: string): Promise<S3Location> {
  const file = join(await tempDir(t), 'key');
  await writeFile(file, 'key');
  const files = { accessKeyIdFile: file, secretAccessKeyFile: file };
  return s3Location.parse({ bucket: 'b', endpoint, pathStyle: true, ...files });
}

async function fronted(
  t: ExecutionContext,
  meet: (passing: Passing) => unknown,
  timeouts: Partial<Timeouts> = impatient,
): Promise<S3Store> {
  return new S3Store(await somewhere(t, await s3Front(t, 0, meet)), timeouts);
}

test('a server that says nothing', async (t) => {
  const store = await fronted(t, ({ incoming }) => incoming.resume());
  await isUnavailable(t, store, /does not answer in time/);
});

test('a server that reads nothing of what it is sent', async (t) => {
  const store = await fronted(t, () => undefined);
  const error = await t.throwsAsync(store.put('a', Buffer.alloc(30_000_000)));
  t.true(isFailure(error, 'unavailable'), String(error));
});

test('a server that stalls in the middle of an error', async (t) => {
  const store = await fronted(t, ({ response }) => response.writeHead(404).write('<Error><Code>NoSuch'));
  await isUnavailable(t, store, /no byte came|does not answer in time|ECONNRESET|aborted/);
});

test('a server that answers what is no S3', async (t) => {
  for (const status of [200, 403, 404, 500]) {
    const store = await fronted(t, ({ incoming, response }) => {
      incoming.resume();
      response.writeHead(status, { 'Content-Type': 'text/html' }).end('<h1>It works!</h1>');
    });
    for (const call of [() => store.open('a', { start: 0, end: 3 }), () => store.stat('a')]) {
      const error = await t.throwsAsync(call(), undefined, String(status));
      t.true(isFailure(error, 'unavailable'), String(error));
    }
  }
});

const head = { 'Content-Length': '1000000', ETag: '"x"' };

test('a body that stalls is broken, and one that ends early as well', async (t) => {
  const bodies: [string, (passing: Passing) => unknown][] = [
    ['stalls', ({ response }) => response.writeHead(200, head).write(Buffer.alloc(1000))],
    [
      'ends',
      ({ response }) => {
        response.writeHead(200, head).write(Buffer.alloc(1000), () => response.destroy());
      },
    ],
  ];
  for (const [name, meet] of bodies) {
    const store = await fronted(t, meet);
    const object = await store.open('a');
    if (object === undefined) throw new Error('not there');
    let size = 0;
    await t.throwsAsync(
      async () => {
        for await (const bytes of object.body) size += (bytes as Buffer).length;
      },
      undefined,
      name,
    );
    t.is(size, 1000, name);
  }
});

test('a body whose reader takes its time is not broken', async (t) => {
  const bytes = Buffer.alloc(1_000_000, 'x');
  const store = await fronted(t, ({ response }) => response.writeHead(200, head).end(bytes));
  const object = await store.open('a');
  if (object === undefined) throw new Error('not there');
  let size = 0;
  for await (const piece of object.body) {
    if (size === 0) await delay(2_000);
    size += (piece as Buffer).length;
  }
  t.is(size, bytes.length);
});

test('a body that is not wanted gives its connection back', async (t) => {
  const open = new Set<Socket>();
  const store = await fronted(t, ({ incoming: { socket }, response }) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    response.writeHead(200, head).write(Buffer.alloc(1000));
  });
  for (let i = 0; i < 20; i++) (await store.open('a'))?.body.destroy();
  for (let i = 0; i < 1000 && open.size > 0; i++) await delay(10);
  t.is(open.size, 0);
});
