/** The papers of rolls over HTTP: whoever opens one in a browser is safe from what it says. */
import { hash as bcrypt } from '@node-rs/bcrypt';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { tempDir } from '../helpers/temp.ts';
import { startFacade } from './facade.ts';
import { ask, errorCode } from './request.ts';

const rolls = '/api/v1/stacks/cflinuxfs4/rolls';

test('a paper is given back byte for byte, and runs nothing', async (t) => {
  const { url } = await startFacade(t);
  const evil = '<script>fetch("/api/v1/stacks")</script>';
  t.is((await ask(`${url}${rolls}/r-1/receipt.html`, { method: 'PUT', body: evil })).status, 204);
  t.is((await ask(`${url}${rolls}/r-1/receipt.json`, { method: 'PUT', body: '{}' })).status, 204);
  const html = await ask(`${url}${rolls}/r-1/receipt.html`);
  t.is(html.status, 200);
  t.is(html.body.toString(), evil);
  t.is(html.headers['content-type'], 'text/html; charset=utf-8');
  t.is(html.headers['x-content-type-options'], 'nosniff');
  const policy = html.headers['content-security-policy']?.toString() ?? '';
  t.regex(policy, /(^|; )sandbox(;|$)/);
  t.regex(policy, /default-src 'none'/);
  t.notRegex(policy, /script|allow-/);
  const json = await ask(`${url}${rolls}/r-1/receipt.json`);
  t.is(json.headers['content-type'], 'application/json');
  t.is(json.headers['content-security-policy'], policy);
  const head = await ask(`${url}${rolls}/r-1/receipt.html`, { method: 'HEAD' });
  t.is(head.headers['content-length'], String(evil.length));
  t.like(JSON.parse((await ask(`${url}${rolls}/r-1`)).body.toString()), [
    { paper: 'receipt.html', size: evil.length },
    { paper: 'receipt.json', size: 2 },
  ]);
});

test('a condition, a bound and a name that do not hold are said', async (t) => {
  const { url } = await startFacade(t);
  const put = (paper: string, body: string | Buffer, headers = {}) =>
    ask(`${url}${rolls}/r-1/${paper}`, { method: 'PUT', body, headers });
  const first = { 'If-None-Match': '*' };
  t.is((await put('wave-0.json', '1', first)).status, 204);
  t.is((await put('wave-0.json', '1', first)).status, 204);
  const conflict = await put('wave-0.json', '2', first);
  t.is(conflict.status, 409);
  t.is(errorCode(conflict), 'CONFLICT');
  t.is((await put('wave-0.json', '2', { 'If-None-Match': '"tag"' })).status, 400);
  t.is((await put('large.json', Buffer.alloc(16 * 1024 * 1024 + 1))).status, 413);
  t.is((await put('page.js', 'x')).status, 400);
  t.is((await put('..%2f..%2fstacks%2fx.json', 'x')).status, 400);
  t.is((await ask(`${url}${rolls}/r-1/none.json`)).status, 404);
  t.is((await ask(`${url}${rolls}/r-1/none.json`)).headers['content-type'], 'application/json');
  t.deepEqual(JSON.parse((await ask(`${url}${rolls}`)).body.toString()).length, 1);
});

test('papers are for operators', async (t) => {
  const users = join(await tempDir(t), 'users');
  await writeFile(users, `node:${await bcrypt('n', { cost: 4 })}\n`);
  const { url } = await startFacade(t, { users });
  const auth = 'node:n';
  t.is((await ask(`${url}${rolls}`)).status, 401);
  t.is((await ask(`${url}${rolls}`, { auth })).status, 403);
  t.is((await ask(`${url}${rolls}/r-1/receipt.html`, { auth, method: 'PUT', body: 'x' })).status, 403);
  const question = { auth, method: 'POST', body: '{"images": []}' };
  t.is((await ask(`${url}/api/v1/images/identify`, question)).status, 403);
});

test('of too many droplets or images nothing is asked', async (t) => {
  const { url } = await startFacade(t);
  const images = Array.from({ length: 1001 }, () => ({
    guid: 'some-guid',
    digest: `sha256:${'0'.repeat(64)}`,
  }));
  const many = await ask(`${url}/api/v1/images/identify`, {
    method: 'POST',
    body: JSON.stringify({ images }),
  });
  t.is(many.status, 400);
  const enough = JSON.stringify({ images: images.slice(1) });
  const told = await ask(`${url}/api/v1/images/identify`, { method: 'POST', body: enough });
  t.is(told.headers['content-type'], 'application/x-ndjson');
  t.is(told.body.toString().split('\n').length, 1001);
  const droplets = images.map(({ guid }) => ({ guid, hash: '0'.repeat(40) }));
  const impact = `${url}/api/v1/stacks/cflinuxfs4/rootfs/1/impact`;
  t.is((await ask(impact, { method: 'POST', body: JSON.stringify({ droplets }) })).status, 400);
});
