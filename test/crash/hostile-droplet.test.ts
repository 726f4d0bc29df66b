/** Droplets that are no layers, as bytes over HTTP: one for each rule. */
import { readdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import { rules } from '../../src/droplet/rules.ts';
import { rawTar } from '../droplet/raw-tar.ts';
import { refusedForms } from '../droplet/refused-forms.ts';
import { refusedNames } from '../droplet/refused-names.ts';
import { tempDir } from '../helpers/temp.ts';
import { hash, tinyDroplet, tinyRootfs } from '../helpers/tiny.ts';
import { ask } from '../protocol/request.ts';
import { json, provideRootfs, pull, put } from './client.ts';
import { startServer } from './server.ts';
import { checkStore, isAudit } from './store-check.ts';

const megabyte = 1024 * 1024;
const many = Array.from({ length: 101 }, (_, i) => ({ name: `file-${i}`, body: 'x' }));
const limits = { maxEntries: 100, maxBytes: 100 * megabyte };

type Hostile = { rule: string; bytes: Buffer; entry?: string | undefined };

/** What the tables of the rewriter's tests have no bytes for, as gzip or under bounds that a server can have. */
const own: Hostile[] = [
  { rule: 'gzip', bytes: Buffer.from('no gzip') },
  { rule: 'gzip', bytes: gzipSync(rawTar({ name: 'a' })).subarray(0, -1) },
  { rule: 'ratio', bytes: gzipSync(rawTar({ name: 'a', body: Buffer.alloc(66 * megabyte) })) },
  { rule: 'total-bytes', bytes: gzipSync(rawTar({ name: 'a', size: 200 * megabyte, body: '' })) },
  { rule: 'entries', bytes: gzipSync(rawTar(...many)), entry: 'file-100' },
];

const hostile: Hostile[] = rules
  .filter(({ effect }) => effect === 'refuse')
  .flatMap(({ name }) => {
    const [row] = [...refusedForms, ...refusedNames]
      .filter(({ rule, limits: bounds }) => rule === name && bounds === undefined)
      .toSorted((a, b) => Number(a.entry === undefined) - Number(b.entry === undefined));
    const mine = own.filter(({ rule }) => rule === name);
    return mine.length > 0 || row === undefined ? mine : [{ ...row, bytes: gzipSync(row.tar) }];
  });

test('a droplet that breaks a rule is refused by name and entry, and nothing is kept', async (t) => {
  const root = await tempDir(t);
  const [data, config] = [join(root, 'data'), join(root, 'config.json')];
  await writeFile(config, JSON.stringify({ limits: { droplet: limits } }));
  const { url } = await startServer(t, data, '--config', config);
  await provideRootfs(t, url, await tinyRootfs(t, 'hostile'));
  const files = async (): Promise<string[]> =>
    (await readdir(data, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => relative(data, join(entry.parentPath, entry.name)))
      .filter((path) => !isAudit(path))
      .toSorted();
  const before = await files();

  t.deepEqual(
    new Set(hostile.map(({ rule }) => rule)),
    new Set(rules.filter(({ effect }) => effect === 'refuse').map(({ name }) => name)),
  );
  for (const [i, { rule, bytes, entry }] of hostile.entries()) {
    const name = hash('sha1', bytes);
    const answer = await put(`${url}/droplets/hostile-${i}/${name}?wait=true`, bytes);
    const said = String(answer.body);
    t.is(answer.status, 422, `${rule}: ${said}`);
    const detail = { rule, ...(entry === undefined ? {} : { entry }) };
    t.like(JSON.parse(said), { errors: [{ code: 'REFUSED', detail }] }, rule);
    t.regex(said, new RegExp(`breaks rule ${rule}: `));
    t.is((await ask(`${url}/droplets/hostile-${i}/${name}`)).status, 404, rule);
    t.is((await ask(`${url}/v2/cloudfoundry/hostile-${i}/manifests/${name}`)).status, 404, rule);
    t.deepEqual(await files(), before, rule);
  }
  t.deepEqual(await json(`${url}/api/v1/refused`), []);
  t.deepEqual(await json(`${url}/api/v1/droplets`), []);

  const { bytes, sha1 } = await tinyDroplet(t, 'harmless');
  t.is((await put(`${url}/droplets/harmless/${sha1}?wait=true`, bytes)).status, 201);
  await pull(t, url, `cloudfoundry/harmless:${sha1}`);
  t.deepEqual(await checkStore(data), { problems: [], unnamed: [] });
});
