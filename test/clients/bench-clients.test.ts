import { readdir } from 'node:fs/promises';
import { busyboxImage } from '../helpers/busybox-image.ts';
import { conformance } from '../helpers/conformance.ts';
import { startContainerd } from '../helpers/containerd.ts';
import { guardedRegistry } from '../helpers/guarded-registry.ts';
import { plainRegistry } from '../helpers/plain-registry.ts';
import { registryClients } from '../helpers/registry-clients.ts';
import { run } from '../helpers/run.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { certificates } from '../helpers/tls.ts';
import { toolPath } from '../helpers/tools.ts';

// These prove the clients that other tests use, against a registry that is not ours.

const common = ['crane', 'busybox', 'setpriv', 'root'] as const;
const withClients = testWith('regctl', 'skopeo', 'podman', 'umoci', 'containerd', 'openssl', ...common);
const withConformance = testWith('conformance', ...common);

withClients('clients pull over plain HTTP and run what they pulled', async (t) => {
  const host = await plainRegistry(t);
  const name = `${host}/bench:1`;
  const { layout, digest } = await busyboxImage(t, name);
  const { crane, regctl, skopeo, podman, umoci } = await registryClients(t, { host });
  const temp = await tempDir(t);

  await crane(['push', layout, name]);
  t.is((await crane(['digest', name])).stdout.trim(), digest);
  await crane(['validate', '--remote', name]);
  t.is((await regctl(['image', 'digest', name])).stdout.trim(), digest);
  t.true((await skopeo(['inspect', `docker://${name}`])).stdout.includes(digest));
  await skopeo(['copy', `docker://${name}`, `oci:${temp}/copy:1`]);
  await umoci(['unpack', '--image', `${temp}/copy:1`, `${temp}/bundle`]);
  t.deepEqual((await readdir(`${temp}/bundle/rootfs/bin`)).toSorted(), ['busybox', 'sh']);
  await podman(['pull', '--quiet', name]);
  const echo = await podman(['run', '--rm', name, 'sh', '-c', 'echo $0', 'said']);
  t.is(echo.stdout, 'said\n');
});

withClients('clients trust our authority and show their credentials', async (t) => {
  const { ca, ...server } = await certificates(t);
  const user = 'somebody:secret';
  const host = await guardedRegistry(t, await plainRegistry(t), { ...server, user });
  const name = `${host}/bench:1`;
  const { layout, digest } = await busyboxImage(t, name);
  const { crane, regctl, skopeo, podman } = await registryClients(t, { host, ca, user });

  await crane(['push', layout, name]);
  t.is((await regctl(['image', 'digest', name])).stdout.trim(), digest);
  t.true((await skopeo(['inspect', `docker://${name}`])).stdout.includes(digest));
  await podman(['pull', '--quiet', name]);
  const containerd = await startContainerd(t);
  await containerd.pull(name, { ca, user });
  t.true((await containerd.ctr('image', 'ls')).stdout.includes(digest));

  const anonymous = await registryClients(t, { host, ca });
  t.regex((await anonymous.crane(['digest', name], { mayFail: true })).stderr, /401/);
  const distrustful = await registryClients(t, { host, ca: server.key, user });
  t.regex(
    (await distrustful.skopeo(['inspect', `docker://${name}`], { mayFail: true })).stderr,
    /certificate/,
  );
});

withConformance('the conformance program finds what a registry does and does not do', async (t) => {
  const host = await plainRegistry(t);
  const { layout, digest, layer } = await busyboxImage(t, `${host}/bench/image:1`);
  await run(toolPath('crane'), ['push', layout, `${host}/bench/image:1`]);
  const target = { host, repository: 'bench/image', tags: ['1'], manifests: [digest], blobs: [layer] };
  const good = await conformance(t, target);
  t.is(good.failed, 0, good.report);
  t.true(good.passed >= 10, good.report);
  // This registry has no referrers.
  t.true((await conformance(t, { ...target, subjects: [digest] })).failed > 0);
});
