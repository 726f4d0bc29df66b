import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { z } from 'zod';
import type { Failure } from '../../../src/errors.ts';
import { isExpired } from '../../../src/rollout/kubernetes/api-failure.ts';
import { openApi } from '../../../src/rollout/kubernetes/open-api.ts';
import { tempDir } from '../../helpers/temp.ts';
import { impatient, line, object, page, send, standIn } from './stand-in.ts';

const pods = '/api/v1/pods';
const nameOf = (pod: unknown): string =>
  z.object({ metadata: z.object({ name: z.string() }) }).parse(pod).metadata.name;

for (const [status, reason, code] of [
  [400, 'BadRequest', 'invalid'],
  [403, 'Forbidden', 'denied'],
  [404, 'NotFound', 'not-found'],
  [409, 'Conflict', 'conflict'],
  [410, 'Expired', 'conflict'],
  [413, 'RequestEntityTooLarge', 'too-large'],
  [422, 'Invalid', 'invalid'],
] as const) {
  test(`${status} is ${code}, at once, in the API server's words`, async (t) => {
    const said = { kind: 'Status', reason, message: 'user "x" cannot get pods' };
    const { api, asked } = await standIn(t, (_, response) => send(response, status, said));
    const error = await t.throwsAsync<Failure>(api.get(`${pods}?limit=1`, z.unknown()), { code });
    t.regex(
      error.message,
      /^Cannot get \/api\/v1\/pods of Kubernetes: the API server says: user "x" cannot get pods/,
    );
    t.deepEqual([error.reason, asked.length, isExpired(error)], [reason, 1, status === 410]);
  });
}

test('pressure is waited out as long as the API server says, and counted', async (t) => {
  const waits: number[] = [];
  let answers = 0;
  const { api, asked } = await standIn(
    t,
    (_, response) => {
      answers++;
      if (answers === 1) send(response, 429, { reason: 'TooManyRequests' }, { 'retry-after': '1' });
      else if (answers === 2) send(response, 503, {});
      else send(response, 200, object('a', 1));
    },
    { patience: { ...impatient, total: 60_000 }, pressed: (seconds) => waits.push(seconds) },
  );
  const began = performance.now();
  t.is(await api.get(`${pods}/a`, { parse: nameOf }), 'a');
  t.true(performance.now() - began > 990);
  t.is(asked.length, 3);
  t.deepEqual(waits, [1]);
});

test('what does not pass within the bound is a failure', async (t) => {
  const patience = { total: 3_000, pause: 5, longestPause: 20 };
  const busy = await standIn(t, (_, response) => send(response, 429, { message: 'slow down' }), { patience });
  await t.throwsAsync(busy.api.create(pods, {}), { code: 'busy', message: /slow down/ });
  t.true(busy.asked.length > 1);
  const told = await standIn(t, (_, response) => send(response, 503, {}, { 'retry-after': '30' }), {
    patience,
  });
  await t.throwsAsync<Failure>(told.api.create(pods, {}), { code: 'unavailable' });
  t.is(told.asked.length, 1);
  const away = await openApi({ kubeconfig: await kubeconfigOf(t, 'http://127.0.0.1:9'), patience });
  await t.throwsAsync(away.get(pods, z.unknown()), {
    code: 'unavailable',
    message: /^Cannot get \/api\/v1\/pods/,
  });
  await away.close();
});

test('an answer that breaks off is asked for again', async (t) => {
  let answers = 0;
  const { api } = await standIn(t, (_, response) => {
    if (++answers > 1) return send(response, 200, page([object('a', 1)], 7));
    response.writeHead(200, { 'content-length': '1000' }).write('{"items":[');
    setTimeout(() => response.destroy(), 10);
  });
  t.deepEqual(await api.list(pods, nameOf), { items: ['a'], resourceVersion: '7' });
});

test('an API server that says nothing is left when the signal says so', async (t) => {
  const { api, asked } = await standIn(t, () => undefined);
  const reason = new Error('enough');
  const stop = new AbortController();
  const getting = api.get(pods, z.unknown(), stop.signal);
  setTimeout(() => stop.abort(reason), 50);
  t.is(await t.throwsAsync(getting), reason);
  t.true(asked.length <= 1);
});

const notB = (pod: unknown): string | undefined => (nameOf(pod) === 'b' ? undefined : nameOf(pod));

test('a list is read page by page, and what nothing is made of is left out', async (t) => {
  const { api, asked } = await standIn(t, ({ query }, response) => {
    const next = query.get('continue');
    if (next === null) send(response, 200, page([object('a', 1), object('b', 2)], 9, 'more'));
    else send(response, 200, page([object('c', 3)], 9));
  });
  const path = `${pods}?labelSelector=x%3Dy`;
  t.deepEqual(await api.list(path, notB, { limit: 2 }), { items: ['a', 'c'], resourceVersion: '9' });
  t.deepEqual(
    asked.map(({ query }) => query.toString()),
    ['labelSelector=x%3Dy&limit=2', 'labelSelector=x%3Dy&limit=2&continue=more'],
  );
});

test('a list that expires in the middle begins again, and gives up some time', async (t) => {
  let lists = 0;
  const { api } = await standIn(t, ({ query }, response) => {
    if (query.get('continue') === null) send(response, 200, page([object('a', ++lists)], lists, 'more'));
    else if (lists < 3) send(response, 410, { reason: 'Expired', message: 'too old' });
    else send(response, 200, page([object('b', 1)], lists));
  });
  t.deepEqual(await api.list(pods, nameOf), { items: ['a', 'b'], resourceVersion: '3' });
  const never = await standIn(t, ({ query }, response) => {
    if (query.get('continue') === null) send(response, 200, page([], 1, 'more'));
    else send(response, 410, { reason: 'Expired' });
  });
  await t.throwsAsync(never.api.list(pods, nameOf), { code: 'unavailable', message: /expires meanwhile/ });
  t.is(never.asked.length, 6);
});

test('a watch gives what happens, until it ends', async (t) => {
  const { api, asked } = await standIn(t, (_, response) => {
    response.write(line('ADDED', object('a', 11)));
    response.end(line('BOOKMARK', object('', 12)));
  });
  const opened: string[] = [];
  const events = await Array.fromAsync(
    api.watch(pods, '10', new AbortController().signal, () => opened.push('open')),
  );
  t.deepEqual(
    events.map(({ type }) => type),
    ['ADDED', 'BOOKMARK'],
  );
  t.deepEqual(opened, ['open']);
  const query = Object.fromEntries(asked[0]?.query ?? []);
  t.like(query, { watch: '1', resourceVersion: '10', allowWatchBookmarks: 'true' });
  t.true(Number(query['timeoutSeconds']) >= 240);
});

test('a watch whose version is too old says so, by status or by event', async (t) => {
  const expired = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' };
  for (const answer of [410, 200]) {
    const { api } = await standIn(t, (_, response) => {
      if (answer === 410) send(response, 410, expired);
      else response.end(line('ERROR', expired));
    });
    const error = await t.throwsAsync(Array.fromAsync(api.watch(pods, '1', new AbortController().signal)));
    t.true(isExpired(error));
  }
});

test('the path, the type and the token of a request', async (t) => {
  const { api, asked } = await standIn(t, (_, response) => send(response, 200, object('a', 1)));
  await api.create('/x', { a: 1 });
  for (const type of ['json', 'merge', 'apply'] as const) await api.patch('/x/y', [], type);
  await api.remove('/x/y', { uid: 'u', resourceVersion: '3' });
  t.deepEqual(
    asked.map(
      ({ method, path, query, headers }) =>
        `${method} ${path}?${query.toString()} ${headers['content-type']}`,
    ),
    [
      'POST /x? application/json',
      'PATCH /x/y? application/json-patch+json',
      'PATCH /x/y? application/merge-patch+json',
      'PATCH /x/y?fieldManager=dropstack&force=true application/apply-patch+yaml',
      'DELETE /x/y? application/json',
    ],
  );
  t.deepEqual(asked.at(-1)?.body, { preconditions: { uid: 'u', resourceVersion: '3' } });
  t.true(asked.every(({ headers }) => headers.authorization === 'Bearer secret'));
});

test('a plugin gives another token when the API server refuses the first, and is asked once for many', async (t) => {
  const directory = await tempDir(t);
  const plugin = join(directory, 'plugin');
  // It says what it is told, and each time another token.
  const script = `#!/bin/sh
echo x >> ${directory}/calls
sleep 0.2
printf '{"kind":"ExecCredential","status":{"token":"t%s"}}' "$(wc -l < ${directory}/calls | tr -d ' ')"
case $KUBERNETES_EXEC_INFO in *client.authentication.k8s.io/v1*) ;; *) exit 1 ;; esac
`;
  await writeFile(plugin, script);
  await chmod(plugin, 0o755);
  let good = 'Bearer t1';
  const { api, asked } = await standIn(
    t,
    ({ headers }, response) => send(response, headers.authorization === good ? 200 : 401, object('a', 1)),
    {},
    { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: plugin } },
  );
  await api.get(pods, z.unknown());
  good = 'Bearer t2';
  await Promise.all(Array.from({ length: 10 }, () => api.get(pods, z.unknown())));
  t.is(asked.filter(({ headers }) => headers.authorization === 'Bearer t2').length, 10);
  good = 'none';
  await t.throwsAsync(api.get(pods, z.unknown()), {
    code: 'unauthenticated',
    message: /renew the credentials/,
  });
});

test('a plugin that fails, and a kubeconfig of no use, are said at the start', async (t) => {
  const server = 'http://127.0.0.1:9';
  const failing = { exec: { command: 'sh', args: ['-c', 'echo no login >&2; exit 3'] } };
  const cases = [
    [{ kubeconfig: await kubeconfigOf(t, server, failing) }, 'unauthenticated', /: no login$/],
    [
      { kubeconfig: await kubeconfigOf(t, server, { exec: { command: '/no/such/plugin' } }) },
      'unauthenticated',
      /ENOENT/,
    ],
    [{ kubeconfig: '/no/such/file' }, 'invalid', /Cannot read the kubeconfig \/no\/such\/file/],
    [{ kubeconfig: await kubeconfigOf(t, server), context: 'other' }, 'invalid', /has no context other/],
  ] as const;
  for (const [options, code, message] of cases) await t.throwsAsync(openApi(options), { code, message });
});

test.serial('without a kubeconfig it says how to give one', async (t) => {
  const { HOME, KUBECONFIG } = process.env;
  t.teardown(() => Object.assign(process.env, { HOME, ...(KUBECONFIG === undefined ? {} : { KUBECONFIG }) }));
  process.env['HOME'] = await tempDir(t);
  delete process.env['KUBECONFIG'];
  await t.throwsAsync(openApi(), { code: 'invalid', message: /^There is no kubeconfig: name one/ });
});

async function kubeconfigOf(
  t: Parameters<typeof tempDir>[0],
  server: string,
  user: object = { token: 't' },
): Promise<string> {
  const path = join(await tempDir(t), 'kubeconfig');
  const config = {
    clusters: [{ name: 'c', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  await writeFile(path, JSON.stringify(config));
  return path;
}
