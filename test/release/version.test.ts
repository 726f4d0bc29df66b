import { cp, glob, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { ListBucketsCommand } from '@aws-sdk/client-s3';
import test, { type ExecutionContext } from 'ava';
import { parse } from 'yaml';
import { send } from '../../src/cli/request.ts';
import { Connection } from '../../src/rollout/kubernetes/connection.ts';
import { Credentials } from '../../src/rollout/kubernetes/credentials.ts';
import { Wire } from '../../src/rootfs/registry/wire.ts';
import { createS3Client } from '../../src/store/s3/client.ts';
import { defaultTimeouts as s3Timeouts } from '../../src/store/s3/handler.ts';
import { s3Location } from '../../src/store/s3/location.ts';
import { defaultTimeouts, WebdavClient } from '../../src/store/webdav/client.ts';
import { webdavLocation } from '../../src/store/webdav/location.ts';
import { version } from '../../src/version.ts';
import { listen } from '../helpers/listen.ts';
import { run } from '../helpers/run.ts';
import { dropstack } from '../helpers/serve.ts';
import { tempDir } from '../helpers/temp.ts';

const root = join(import.meta.dirname, '../..');

test('every place that says a version has it from package.json', async (t) => {
  const manifest = await readJson<{ version: string }>('package.json');
  t.is(version, manifest.version);
  t.is((await run(process.execPath, [dropstack, '--version'])).stdout, `${manifest.version}\n`);
  const lock = await readJson<{ version: string; packages: Record<string, object> }>('package-lock.json');
  t.is(lock.version, manifest.version);
  t.like(lock.packages[''], { version: manifest.version });
  for await (const path of glob('deploy/chart/*/Chart.yaml', { cwd: root })) {
    const chart: unknown = parse(await readFile(join(root, path), 'utf8'));
    t.like(chart, { version: manifest.version, appVersion: manifest.version }, path);
  }
  for await (const path of glob('src/**/*.{ts,js}', { cwd: root }))
    t.false((await readFile(join(root, path), 'utf8')).includes(`'${version}'`), `${path} says a version`);
});

test('npm version brings a new version to the changelog and the chart', async (t) => {
  const copy = await tempDir(t);
  for (const path of ['CHANGELOG.md', 'deploy/release/version.sh', 'deploy/chart/dropstack/Chart.yaml'])
    await cp(join(root, path), join(copy, path));
  const env = { ...process.env, npm_package_version: '98.7.6-rc.5' };
  const bring = () => run('sh', [join(copy, 'deploy/release/version.sh')], { env, mayFail: true });
  t.is((await bring()).code, 0);
  const changelog = await readFile(join(copy, 'CHANGELOG.md'), 'utf8');
  t.regex(changelog, /^## \[Unreleased\]\n\n## \[98\.7\.6-rc\.5\] - \d{4}-\d\d-\d\d\n\n/m);
  const chart: unknown = parse(await readFile(join(copy, 'deploy/chart/dropstack/Chart.yaml'), 'utf8'));
  t.like(chart, { apiVersion: 'v2', version: '98.7.6-rc.5', appVersion: '98.7.6-rc.5' });

  await writeFile(join(copy, 'CHANGELOG.md'), changelog.replace('[Unreleased]', 'Unreleased'));
  const { code, stderr } = await bring();
  t.is(code, 1);
  t.is(stderr, 'CHANGELOG.md has no section [Unreleased]\n');
});

const servers: Record<string, (t: ExecutionContext, url: string) => Promise<unknown>> = {
  facades: (_, url) => send({ url: new URL(url), user: 'admin', password: undefined }, '/api/v1/stacks'),
  registries: async (t, url) => {
    const wire = new Wire(true);
    t.teardown(() => wire.close());
    const { body } = await wire.get(new URL('/v2/', url));
    return body.dump();
  },
  WebDAV: async (t, url) => {
    const client = new WebdavClient(webdavLocation.parse({ url }), defaultTimeouts);
    t.teardown(() => client.close());
    const { body } = await client.ask('HEAD', new URL(url));
    return body.dump();
  },
  S3: async (t, endpoint) => {
    const directory = await tempDir(t);
    const files = { accessKeyIdFile: join(directory, 'id'), secretAccessKeyFile: join(directory, 'secret') };
    await mkdir(directory, { recursive: true });
    for (const file of Object.values(files)) await writeFile(file, 'abcdefgh');
    const client = createS3Client(
      s3Location.parse({ bucket: 'b', endpoint, pathStyle: true, ...files }),
      s3Timeouts,
    );
    t.teardown(() => client.destroy());
    return client.send(new ListBucketsCommand({}));
  },
  Kubernetes: async (t, server) => {
    const config = new KubeConfig();
    config.loadFromClusterAndUser({ name: 'here', server, skipTLSVerify: true }, { name: 'me' });
    const connection = new Connection(new Credentials(() => Promise.resolve(config)));
    t.teardown(() => connection.close());
    return connection.json({ method: 'GET', path: '/version' });
  },
};

for (const [name, ask] of Object.entries(servers)) {
  test(`${name} hear who asks`, async (t) => {
    const heard: string[] = [];
    const host = await listen(t, ({ headers }, response) => {
      heard.push(headers['user-agent'] ?? '');
      response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
    });
    await ask(t, `http://${host}`).catch(() => undefined);
    t.true(heard.length > 0);
    for (const agent of heard) t.true(` ${agent} `.includes(` dropstack/${version} `), agent);
  });
}

async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(join(root, path), 'utf8')) as T;
}
