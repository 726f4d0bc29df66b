/** What the server sends of the dashboard, and what it lets a browser change. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hash as bcrypt } from '@node-rs/bcrypt';
import test from 'ava';
import { loadDashboard } from '../../src/http/dashboard/dashboard.ts';
import type { Owner } from '../helpers/owner.ts';
import { tempDir } from '../helpers/temp.ts';
import { tinyRootfs } from '../helpers/tiny.ts';
import { stack, startFacade } from '../protocol/facade.ts';
import { ask, errorCode } from '../protocol/request.ts';

const node = 'kubelet:let me pull';

async function startWithUsers(owner: Owner) {
  const users = join(await tempDir(owner), 'users');
  await writeFile(users, `kubelet:${await bcrypt('let me pull', { cost: 4 })}\n`);
  return startFacade(owner, { users });
}

test('the page is for whoever is known', async (t) => {
  const { url } = await startWithUsers(t);
  const stranger = await ask(`${url}/`);
  t.is(stranger.status, 401);
  t.regex(stranger.headers['www-authenticate'] ?? '', /^Basic /);
  const { status, headers, body } = await ask(`${url}/`, { auth: node });
  t.is(status, 200);
  t.regex(body.toString(), /<div id="page">/);
  t.like(headers, {
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'private, no-cache',
  });
});

test('the policy lets our own files run, and of what is inline only the import map', async (t) => {
  const { url } = await startFacade(t);
  const { headers, body } = await ask(`${url}/`);
  const [map = ''] = /(?<=<script type="importmap">)[^]*?(?=<\/script>)/.exec(body.toString()) ?? [];
  const hash = createHash('sha256').update(map).digest('base64');
  t.is(
    headers['content-security-policy'],
    `default-src 'none'; script-src 'self' 'sha256-${hash}'; style-src 'self'; connect-src 'self'; img-src 'self' data:; ` +
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
  t.deepEqual(body.toString().match(/<script(?![^>]* src=)[^>]*>|<style|\sstyle=|\son\w+=/g), [
    '<script type="importmap">',
  ]);
});

test('every file that the page names is there, and comes again only when it changed', async (t) => {
  const { url } = await startFacade(t);
  const page = (await ask(`${url}/`)).body.toString();
  const paths = [...page.matchAll(/"(\/dashboard\/[^"]+)"/g)].map(([, path = '']) => path);
  t.true(paths.length > 20);
  t.is(new Set([...paths, '/']).size, (await loadDashboard()).size, 'nothing else is served');
  for (const path of ['/', ...paths]) {
    const { status, headers, body } = await ask(url + path);
    t.is(status, 200, path);
    t.true(body.length > 0);
    t.regex(headers['content-type'] ?? '', /^text\/(?:html|css|javascript); charset=utf-8$/, path);
    const again = await ask(url + path, { headers: { 'If-None-Match': headers.etag } });
    t.is(again.status, 304, path);
    t.is(again.body.length, 0);
  }
});

test('no other file is served', async (t) => {
  const { url } = await startFacade(t);
  for (const path of [
    'x',
    'src/main.ts',
    'src/dashboard/../main.ts',
    '..%2f..%2fpackage.json',
    'src/dashboard/tsconfig.json',
    '',
  ]) {
    const { status } = await ask(`${url}/dashboard/${path}`);
    t.is(status, 404, path);
  }
  t.is((await ask(`${url}/`, { method: 'POST' })).status, 404);
});

test('modules are what a browser takes', async (t) => {
  for (const [path, { type, bytes }] of await loadDashboard()) {
    if (!type.startsWith('text/javascript')) continue;
    t.notRegex(bytes.toString(), /^import type |from '(?:node:|@)/m, path);
  }
});

const foreign: Record<string, string>[] = [
  { 'Sec-Fetch-Site': 'cross-site' },
  { 'Sec-Fetch-Site': 'same-site' },
  { Origin: 'https://evil.example.org' },
  { Origin: 'null' },
  { 'Sec-Fetch-Site': 'cross-site', Origin: 'HOST' },
];
const own: Record<string, string>[] = [
  {},
  { 'Sec-Fetch-Site': 'same-origin' },
  { 'Sec-Fetch-Site': 'none' },
  { Origin: 'HOST' },
];

test('another site has a browser change or ask nothing; our own page, and programs, do', async (t) => {
  const { url, operator } = await startFacade(t);
  for (const version of ['1', '2'])
    await operator.rootfs.import(stack, version, await tinyRootfs(t, version), {});
  const promote = (version: string, given: Record<string, string>) => {
    const headers = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, value.replace('HOST', url)]),
    );
    return ask(`${url}/api/v1/stacks/${stack}/promoted`, {
      method: 'PUT',
      headers,
      body: JSON.stringify({ version }),
    });
  };
  for (const headers of own) t.is((await promote('1', headers)).status, 200, JSON.stringify(headers));
  for (const headers of foreign) {
    const answer = await promote('2', headers);
    t.is(answer.status, 403, JSON.stringify(headers));
    t.is(errorCode(answer), 'DENIED');
  }
  t.is((await operator.rootfs.stack(stack)).promoted, '1');
  for (const [method, path] of [
    ['POST', '/api/v1/collection'],
    ['DELETE', '/droplets/a-guid/ab'],
    ['PATCH', `/api/v1/stacks/${stack}/placements`],
  ] as const)
    t.is((await ask(url + path, { method, headers: foreign[0] ?? {} })).status, 403, path);
  // What is read is not given to the other site, but asking the admin API may cost a conversion or a listener's place.
  t.is((await ask(`${url}/api/v1/stacks`, { headers: foreign[0] ?? {} })).status, 403);
  t.is((await ask(`${url}/`, { headers: foreign[0] ?? {} })).status, 200);
  const link = { ...foreign[0], 'Sec-Fetch-Dest': 'document' };
  t.is((await ask(`${url}/api/v1/stacks`, { headers: link })).status, 200);
});

test('its files are counted under a name of their own', async (t) => {
  const { url } = await startFacade(t);
  const paths = ['/', '/dashboard/preact.js', '/dashboard/none', '/dashboards'];
  for (const path of paths) await ask(url + path);
  const name = 'dropstack_http_request_duration_seconds_count';
  const pattern = new RegExp(`^${name}\\{route="(dashboard|other)",.*status="(\\d+)"\\} (\\d+)$`, 'gm');
  let found: string[][] = [];
  // An answer is counted when it has ended here, which may be after it has come there.
  while (found.reduce((sum, [, , times]) => sum + Number(times), 0) < paths.length) {
    const text = (await ask(`${url}/metrics`)).body.toString();
    found = Array.from(text.matchAll(pattern), ([, ...counted]) => counted);
  }
  t.deepEqual(
    new Set(found.map((one) => one.join(' '))),
    new Set(['dashboard 200 2', 'dashboard 404 1', 'other 404 1']),
  );
});
