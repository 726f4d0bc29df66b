/** Who runs a package, and whom a version would break: of real ELF files, by pods as nodes report them. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { writeTarFile, type TarEntry } from '../../src/sample/tar-file.ts';
import type { Exposure } from '../../src/rollout/exposure/exposure.ts';
import type { RolloutPlan } from '../../src/rollout/plan/plan.ts';
import { basic } from '../helpers/basic.ts';
import type { ControlPlane } from '../helpers/kubernetes/control-plane.ts';
import { run, type Output } from '../helpers/run.ts';
import { startServe, type Served } from '../helpers/serve.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { complaint, dropstack } from './dropstack.ts';
import { stackWorld } from './rollout-stack.ts';
import { apiServerTools } from '../rollout/rollout-tools.ts';

const withControlPlane = testWith(...apiServerTools);

withControlPlane('who runs a package is told, and a version that would break an app is too', async (t) => {
  const [served, { cluster }] = await Promise.all([startServe(t), stackWorld(t)]);
  const directory = await tempDir(t);
  const libc = await libcOf('/bin/true');
  const imports: [string, string, TarEntry[]][] = [
    ['1.0', '3.0.2-0ubuntu1.19', [{ ...file('lib/libc.so.6'), source: libc }]],
    ['2.0', '3.0.2-0ubuntu1.20', []],
  ];
  for (const [version, libssl, more] of imports) {
    const tar = join(directory, `${version}.tar`);
    await writeTarFile(tar, [...rootfs(libssl), ...more]);
    await served.cli(
      'rootfs',
      'import',
      'cflinuxfs4',
      version,
      tar,
      ...(version === '1.0' ? ['--promote'] : []),
    );
  }
  const hash = await putDroplet(served, directory);
  const [old, fresh] = await Promise.all(['1.0', '2.0'].map((version) => digestOf(served, hash, version)));
  const image = `registry.test/cloudfoundry/app-0:${hash}`;
  await createPod(cluster, 'on-old', image, imageId(old));
  const ask = asker(cluster, served);

  const planned = await ask('rollout', 'plan', 'cflinuxfs4', '-o', 'json');
  t.is(planned.code, 3, planned.stderr);
  const { breaks } = JSON.parse(planned.stdout) as RolloutPlan;
  t.like(breaks, { count: 1, list: [{ guid: 'app-0', lacks: [{ library: 'libc.so.6', versions: [] }] }] });
  t.regex((await ask('rollout', 'plan', 'cflinuxfs4')).stdout, /^1 app WOULD BREAK on 2\.0:\n/);

  await createPod(cluster, 'on-new', image, imageId(fresh));

  const seen = await ask('exposure', 'cflinuxfs4', '--package', 'libssl3<3.0.2-0ubuntu1.20');
  t.is(seen.code, 3, seen.stderr);
  t.regex(seen.stdout, /^1 pods of 1 apps of stack cflinuxfs4 HAVE libssl3 < 3\.0\.2-0ubuntu1\.20\.\n/);
  t.regex(seen.stdout, /\n1\.0 +1 +1 +2026-01-01T00:00:00Z +libssl3 3\.0\.2-0ubuntu1\.19\n/);
  const exact = await ask('exposure', 'cflinuxfs4', '--package', 'openssl=3.0.2-0ubuntu1.20', '-o', 'json');
  t.is(exact.code, 3);
  const { pods, versions } = JSON.parse(exact.stdout) as Exposure;
  t.deepEqual(
    pods.map(({ pod, version, verdict }) => [pod, version, verdict]),
    [
      ['on-new', '2.0', 'exposed'],
      ['on-old', '1.0', 'clear'],
    ],
  );
  t.deepEqual(versions.find(({ version }) => version === '2.0')?.packages, [
    { name: 'libssl3', version: '3.0.2-0ubuntu1.20', source: 'openssl' },
  ]);
  const none = await ask('exposure', 'cflinuxfs4', '--package', 'libssl3<3');
  t.is(none.code, 0, none.stdout);
  t.regex(none.stdout, /^No pod of stack cflinuxfs4 is known to have libssl3 < 3\.\n/);
  await createPod(cluster, 'doubtful', image, imageId(`sha256:${'0'.repeat(64)}`));
  t.is((await ask('exposure', 'cflinuxfs4', '--package', 'libssl3<3')).code, 4);
  t.regex((await ask('exposure', 'cflinuxfs4')).stdout, /Of 1 pods of 1 apps it is not known what they run/);
  t.regex(complaint(t, await ask('exposure', 'cflinuxfs4', '--package', 'a b'), 2), /names no package/);
});

function imageId(digest = ''): string {
  return `registry.test/cloudfoundry/app-0@${digest}`;
}

/** Where this machine has the C library of a program. */
async function libcOf(program: string): Promise<string> {
  const { stdout } = await run('ldd', [program]);
  return /libc\.so\.6 => (\S+)/.exec(stdout)?.[1] ?? '';
}

function file(name: string) {
  return { name, mode: 0o755, owner: 0, type: 'file' } as const;
}

function rootfs(libssl: string): TarEntry[] {
  const status = `Package: libssl3\nStatus: install ok installed\nArchitecture: amd64\nSource: openssl\nVersion: ${libssl}\n\n`;
  return [
    { ...file('bin/bash'), text: '#!/bin/false\n' },
    { ...file('var/lib/dpkg/status'), text: status },
  ];
}

/** @returns its hash */
async function putDroplet({ cli }: Served, directory: string): Promise<string> {
  const tar = join(directory, 'droplet.tar');
  await writeTarFile(tar, [
    { ...file('staging_info.yml'), text: '{"start_command":"true"}' },
    { ...file('app/true'), source: '/bin/true' },
  ]);
  await writeFile(`${tar}.gz`, gzipSync(await readFile(tar)));
  const { stdout } = await cli('droplet', 'put', 'app-0', `${tar}.gz`, '-o', 'json');
  return (JSON.parse(stdout) as { hash: string }).hash;
}

async function digestOf({ host, puller }: Served, hash: string, version: string): Promise<string> {
  const url = `http://${host}/v2/cloudfoundry/app-0/manifests/${hash}-${version}`;
  const answer = await fetch(url, { method: 'HEAD', headers: { Authorization: basic(puller.user) } });
  return answer.headers.get('Docker-Content-Digest') ?? '';
}

/** Nothing here looks for it. */
const owner = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  name: 'app-0',
  uid: 'uid-of-app-0',
  controller: true,
};

/** A pod as its node would report it. */
async function createPod(
  { apply, kubectl }: ControlPlane,
  name: string,
  image: string,
  imageID: string,
): Promise<void> {
  const spec = {
    nodeName: 'node-0',
    containers: [{ name: 'opi', image, imagePullPolicy: 'Always' }],
    automountServiceAccountToken: false,
  };
  await apply({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', ownerReferences: [owner] },
    spec,
  });
  const startedAt = '2026-01-01T00:00:00Z';
  const container = {
    name: 'opi',
    image,
    imageID,
    restartCount: 0,
    ready: true,
    state: { running: { startedAt } },
  };
  const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: startedAt }];
  const status = JSON.stringify({ status: { phase: 'Running', conditions, containerStatuses: [container] } });
  await kubectl('patch', 'pod', name, '-n', 'default', '--subresource=status', '--type=merge', '-p', status);
}

function asker(cluster: ControlPlane, { host, admin }: Served): (...args: string[]) => Promise<Output> {
  const env = { DROPSTACK_SERVER: `http://${host}`, DROPSTACK_PASSWORD: admin.replace('admin:', '') };
  return (...args) => dropstack([...args, '--kubeconfig', cluster.kubeconfig('admin')], env);
}
