import { mkdir, mkdtemp, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { Failure } from '../../../src/errors.ts';
import { watchFile, watchKeyPair } from '../../../src/http/reload.ts';

const intervalMs = 10;

async function temporary(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'reload-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Watches a file that must not say `bad`; notes what was applied and what was complained of. */
async function watched(t: ExecutionContext, path: string) {
  const applied: string[] = [];
  const errors: Failure[] = [];
  const apply = (text: string) => {
    if (text.includes('bad')) throw new Error(`it says ${text}`);
    applied.push(text);
  };
  const watch = await watchFile(path, apply, { intervalMs, onError: (error) => errors.push(error) });
  t.teardown(() => watch.close());
  return { applied, errors, watch };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(5);
}

/** As atomically as a careful writer does it. */
async function put(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}

test('the first content is applied before the promise is kept, and later ones as they come', async (t) => {
  const path = join(await temporary(t), 'file');
  await put(path, 'one');
  const { applied, errors } = await watched(t, path);
  t.deepEqual(applied, ['one']);
  await put(path, 'two');
  await until(() => applied.length === 2);
  await put(path, 'one');
  await until(() => applied.length === 3);
  t.deepEqual(applied, ['one', 'two', 'one']);
  t.deepEqual(errors, []);
});

test('a first content that is bad or missing is an error that names the file', async (t) => {
  const path = join(await temporary(t), 'file');
  const missing = await t.throwsAsync(() => watched(t, path), { instanceOf: Failure });
  t.true(missing.message.includes(path) && missing.message.includes('ENOENT'));
  await put(path, 'bad');
  const bad = await t.throwsAsync(() => watched(t, path), { instanceOf: Failure, message: /it says bad/ });
  t.true(bad.message.includes(path));
});

test('a bad file keeps the old one, and is told of once', async (t) => {
  const path = join(await temporary(t), 'file');
  await put(path, 'one');
  const { applied, errors } = await watched(t, path);
  await put(path, 'bad 1');
  await until(() => errors.length === 1);
  await sleep(10 * intervalMs);
  t.is(errors.length, 1);
  await put(path, 'bad 2');
  await until(() => errors.length === 2);
  t.deepEqual(applied, ['one']);
  await put(path, 'two');
  await until(() => applied.length === 2);
  await put(path, 'bad 2');
  await until(() => errors.length === 3);
  t.true(errors.every(({ message }) => message.includes(path) && message.includes('it says bad')));
});

test('a file that is away keeps the old one, and is told of once', async (t) => {
  const path = join(await temporary(t), 'file');
  await put(path, 'one');
  const { applied, errors } = await watched(t, path);
  await unlink(path);
  await until(() => errors.length === 1);
  await sleep(10 * intervalMs);
  t.is(errors.length, 1);
  await put(path, 'two');
  await until(() => applied.length === 2);
});

test('a secret that Kubernetes mounted is followed through its swapped symlink', async (t) => {
  const folder = await temporary(t);
  for (const version of ['1', '2']) {
    await mkdir(join(folder, `..data_${version}`));
    await writeFile(join(folder, `..data_${version}`, 'users'), `version ${version}`);
  }
  await symlink('..data_1', join(folder, '..data'));
  await symlink('..data/users', join(folder, 'users'));
  const { applied } = await watched(t, join(folder, 'users'));
  await symlink('..data_2', join(folder, '..data_tmp'));
  await rename(join(folder, '..data_tmp'), join(folder, '..data'));
  await until(() => applied.length === 2);
  t.deepEqual(applied, ['version 1', 'version 2']);
});

test('a pair is applied together, once both halves fit', async (t) => {
  const folder = await temporary(t);
  const paths = { cert: join(folder, 'tls.crt'), key: join(folder, 'tls.key') };
  await put(paths.cert, 'a');
  await put(paths.key, 'a');
  const applied: string[] = [];
  const errors: Failure[] = [];
  const apply = ({ cert, key }: { cert: string; key: string }) => {
    if (cert !== key) throw new Error('they do not fit');
    applied.push(cert + key);
  };
  const watch = await watchKeyPair(paths, apply, { intervalMs, onError: (error) => errors.push(error) });
  t.teardown(() => watch.close());
  await put(paths.cert, 'b');
  await until(() => errors.length === 1);
  t.deepEqual(applied, ['aa']);
  await put(paths.key, 'b');
  await until(() => applied.length === 2);
  t.deepEqual(applied, ['aa', 'bb']);
  t.true(errors[0]?.message.includes(paths.cert) && errors[0]?.message.includes(paths.key));
});

test('a file that is still being written is left alone', async (t) => {
  const path = join(await temporary(t), 'file');
  await put(path, 'one');
  const reads: string[] = [];
  const options = { intervalMs: 500, onError: (error: Failure) => t.fail(error.message) };
  const watch = await watchFile(path, (text) => void reads.push(text), options);
  t.teardown(() => watch.close());
  let text = 'two';
  for (let i = 0; i < 100; i++) await put(path, (text += ' more')).then(() => sleep(10));
  await until(() => reads.length === 2);
  t.deepEqual(reads, ['one', text]);
});

test('after close nothing is applied any more', async (t) => {
  const path = join(await temporary(t), 'file');
  await put(path, 'one');
  const { applied, errors, watch } = await watched(t, path);
  watch.close();
  await put(path, 'two');
  await sleep(10 * intervalMs);
  await unlink(path);
  await sleep(10 * intervalMs);
  t.deepEqual(applied, ['one']);
  t.deepEqual(errors, []);
});
