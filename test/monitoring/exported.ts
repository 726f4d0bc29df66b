/** What facades and patchers really export. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deadPort } from '../helpers/dead-port.ts';
import { freePort } from '../helpers/free-port.ts';
import type { Owner } from '../helpers/owner.ts';
import { dropstack } from '../helpers/serve.ts';
import { start } from '../helpers/start.ts';
import { tempDir } from '../helpers/temp.ts';
import { certificates } from '../helpers/tls.ts';
import { startFacade } from '../protocol/facade.ts';
import { ask } from '../protocol/request.ts';

/** The metrics of a facade with all that has metrics. */
export async function facadeMetrics(owner: Owner): Promise<string> {
  const { ca, cert, key } = await certificates(owner);
  const cache = { directory: join(await tempDir(owner), 'cache'), maxBytes: '1MiB' };
  const { url } = await startFacade(owner, { cache, tlsCert: cert, tlsKey: key });
  const trust = { ca: await readFile(ca, 'utf8') };
  // What is labelled is there once it has happened.
  for (const kind of ['manifests', 'blobs'])
    await ask(`${url}/v2/cloudfoundry/some-guid/${kind}/none`, trust);
  const { body } = await ask(`${url}/metrics`, trust);
  return body.toString();
}

/** The metrics of `dropstack patcher`, which finds neither its cluster nor its facade. */
export async function patcherMetrics(owner: Owner): Promise<string> {
  const [home, nowhere, port] = [await tempDir(owner), deadPort, await freePort()];
  const kubeconfig = join(home, 'kubeconfig');
  // JSON is YAML.
  await writeFile(
    kubeconfig,
    JSON.stringify({
      'current-context': 'c',
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
      clusters: [{ name: 'c', cluster: { server: `https://127.0.0.1:${nowhere}` } }],
      users: [{ name: 'u', user: { token: 'none' } }],
    }),
  );
  const around = ['--kubeconfig', kubeconfig, '--server', `http://127.0.0.1:${nowhere}`];
  const metrics = ['--metrics-listen', `127.0.0.1:${port}`];
  const patcher = start(owner, process.execPath, [dropstack, 'patcher', ...around, ...metrics]);
  await patcher.logged(/waiting to lead/);
  return (await ask(`http://127.0.0.1:${port}/metrics`)).body.toString();
}

/** The names of all metrics in an answer of `/metrics`. */
export function namesIn(text: string): Map<string, string> {
  return new Map(
    [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name = '', type = '']) => [name, type]),
  );
}

/** The names by which a query may ask for these metrics. */
export function seriesOf(names: ReadonlyMap<string, string>): Set<string> {
  const parts = ['bucket', 'sum', 'count'];
  return new Set(
    [...names].flatMap(([name, type]) =>
      type === 'histogram' ? parts.map((part) => `${name}_${part}`) : [name],
    ),
  );
}
