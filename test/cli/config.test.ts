import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { parse } from 'yaml';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { loadConfig } from '../../src/config/load.ts';
import { tempDir } from '../helpers/temp.ts';
import { complaint, dropstack } from './dropstack.ts';

test.serial('a configuration that is right is told to be, and nothing is made', async (t) => {
  const folder = await tempDir(t);
  const file = join(folder, 'dropstack.yml');
  await writeFile(file, 'data: store\n');
  const output = await dropstack(['config', 'check', '--config', file], {}, folder);
  t.deepEqual([output.code, output.stdout, output.stderr], [0, 'The configuration is right.\n', '']);
  t.false(existsSync(join(folder, 'store')));
});

test.serial('everything that is wrong is told where it was set, and the code is 2', async (t) => {
  const folder = await tempDir(t);
  const file = join(folder, 'dropstack.yml');
  await writeFile(file, 'limits:\n  holdSeconds: 40\ncolour: red\nusers: gone\ndata: store\n');
  const { code, stdout, stderr } = await dropstack(
    ['config', 'check', '--config', file, '--log-level', 'loud'],
    { DROPSTACK_TLS_CERT: 'cert.pem' },
    folder,
  );
  t.is(code, 2);
  t.is(stderr, '');
  const lines = stdout.split('\n');
  for (const [at, line] of [
    /^--log-level: error: .*"trace"/,
    /^DROPSTACK_TLS_CERT: error: TLS needs both .* give tlsKey too$/,
    /\/dropstack\.yml:2:3: error: limits\.holdSeconds: clients give up/,
    /\/dropstack\.yml:3:1: error: colour: there is no such option$/,
    /\/dropstack\.yml:4:1: error: users: Cannot read gone: ENOENT/,
    /^5 errors, 0 warnings$/,
  ].entries())
    t.regex(lines[at] ?? '', line);
});

test.serial('where it was set is told to programs as well', async (t) => {
  const folder = await tempDir(t);
  const file = join(folder, 'dropstack.yml');
  await writeFile(file, '# how layers are made\nlayer: { owner: x }\n');
  const args = ['config', 'check', '--config', file, '-o', 'json', '--listen', 'x'];
  const { code, stdout, stderr } = await dropstack(args, { DROPSTACK_PROCESSES: '0' }, folder);
  t.deepEqual([code, stderr], [2, '']);
  const problems: Record<string, unknown>[] = JSON.parse(stdout);
  for (const problem of problems) {
    t.regex(String(problem['message']), /^\S.*[^.]$/);
    delete problem['message'];
  }
  t.deepEqual(problems, [
    { level: 'error', option: 'listen', where: { flag: '--listen' } },
    { level: 'error', option: 'processes', where: { variable: 'DROPSTACK_PROCESSES' } },
    { level: 'error', option: 'data' },
    { level: 'error', option: 'layer.owner', where: { file, line: 2, column: 10 } },
  ]);
});

test.serial('what is in force is printed as a file that means the same', async (t) => {
  const folder = await tempDir(t);
  const file = join(folder, 'dropstack.yml');
  await writeFile(
    file,
    `store: { s3: { bucket: "on", prefix: own, endpoint: "https://s3.example.org" } }
redirect: { networks: [10.0.0.0/8] }
limits:
  conversionMemoryBytes: 1073741824
`,
  );
  const args = ['config', 'show', '--config', file, '--source', '/droplets'];
  const env = { DROPSTACK_LISTEN: '[::1]:5000' };
  const { code, stdout, stderr } = await dropstack(args, env, folder);
  t.deepEqual([code, stderr], [0, '']);
  const notes = Object.fromEntries(
    [...stdout.matchAll(/^ *(\w+): .* # (.*)$/gm)].map(([, name = '', note = '']) => [name, note]),
  );
  t.like(notes, {
    listen: 'DROPSTACK_LISTEN',
    directory: '--source',
    bucket: `${file}:1:16`,
    networks: `${file}:2:13`,
    conversionMemoryBytes: `${file}:4:3`,
    holdSeconds: 'default',
  });
  t.regex(stdout, /^ {2}conversionMemoryBytes: "?1GiB"? +#/m);
  const printed = join(folder, 'printed.yml');
  await writeFile(printed, stdout);
  t.deepEqual(loadConfig({}, {}, printed), loadConfig({ source: '/droplets' }, env, file));
  const json = await dropstack([...args, '-o', 'json'], env, folder);
  const options: { path: string[]; value: unknown }[] = JSON.parse(json.stdout);
  for (const { path, value } of options)
    t.deepEqual(
      path.reduce((inner, key) => inner[key], parse(stdout)),
      value,
      path.join('.'),
    );
  const wrong = await dropstack([...args, '--log-level', 'loud'], env, folder);
  t.regex(complaint(t, wrong, 2), /configuration is wrong: --log-level: /);
});

test.serial('the schema is printed for editors', async (t) => {
  const { code, stdout } = await dropstack(['config', 'schema']);
  t.is(code, 0);
  t.deepEqual(JSON.parse(stdout), configJsonSchema());
});
