import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PutResult } from '../../src/operator/operator.ts';
import { listing, shell, unpack } from '../droplet/gnu-tar.ts';
import { startContainerd } from '../helpers/containerd.ts';
import { registryClients } from '../helpers/registry-clients.ts';
import { startServe } from '../helpers/serve.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { tinyRootfs } from '../helpers/tiny.ts';

const withClients = testWith(
  'containerd',
  'umoci',
  'skopeo',
  'tar',
  'getfattr',
  'setfattr',
  'setpriv',
  'root',
);

/** What every form of tar can hold, or GNU's and POSIX's. */
const tree = `
  mkdir -p app/empty deps/0/bin tmp logs "with space" "app/$(printf 'long%.0s' {1..40})"
  echo hello > app/hello; head -c 300000 /dev/urandom > app/random; : > app/nothing
  echo y > "app/$(printf 'long%.0s' {1..40})/$(printf 'name%.0s' {1..40})"
  echo x > app/grüße-日本; echo x > "app/$(printf 'latin1-\\xff')"; printf x > $'with space/new\\nline'
  ln app/hello deps/hello; ln app/hello deps/0/bin/hello; ln app/nothing deps/nothing; ln app/grüße-日本 deps/ü
  ln "app/$(printf 'long%.0s' {1..40})/$(printf 'name%.0s' {1..40})" deps/to-long
  ln -s ../app/hello deps/relative; ln -s /home/vcap/app deps/absolute; ln -s nowhere deps/dangling
  ln -s "$(printf 'target/%.0s' {1..40})" deps/to-far
  echo '{"start_command":"cat hello"}' > staging_info.yml
  chown -hR 2000:2000 .; chown 1234:4321 app/random; chown -h 5:6 deps/relative; chown 3000000:4000000 app/empty
  chmod 4755 app/hello; chmod 2755 deps/0/bin; chmod 1777 tmp; chmod 0 app/nothing; chmod 700 .
  touch -d '1950-01-02 03:04:05 UTC' app/empty; touch -d '2100-01-02 03:04:05 UTC' app/random
  touch -hd '2001-02-03 04:05:06 UTC' deps/relative; touch -d '2020-02-02 02:02:02 UTC' app .`;

/** What only POSIX's can hold. */
const more = `
  setfattr -n user.text -v value app/hello; setfattr -n user.binary -v 0x00ff0a3d00 app/random
  setfattr -n user.of-a-directory -v "$(printf 'v%.0s' {1..1000})" deps
  setfattr -n security.capability -v 0x0100000200040000000000000000000000000000 app/random
  touch -d '2021-01-01 00:00:00.123456789 UTC' deps/0 app/nothing
  touch -d '1960-01-01 00:00:00.25 UTC' logs`;

const forms = {
  gnu: { make: tree, flags: '--format=gnu' },
  posix: { make: tree + more, flags: "--format=posix --xattrs '--xattrs-include=*'" },
};

for (const [form, { make, flags }] of Object.entries(forms)) {
  withClients(`umoci and containerd unpack a droplet in ${form} form as GNU tar does`, async (t) => {
    const temp = await tempDir(t);
    const [source, droplet, unpacked] = [`${temp}/source`, `${temp}/droplet.tgz`, `${temp}/unpacked`];
    await shell(`mkdir "$1" && cd "$1" && ${make.trim()}`, source);
    await shell(`cd "$1" && tar ${flags} -czf "$2" .`, source, droplet);
    await unpack(droplet, unpacked);
    // The one thing that a layer changes: others than the owner may read the home directory.
    await chmod(unpacked, 0o755);
    const expected = await everythingIn(unpacked);

    const server = await startServe(t, {
      config: { layer: { compression: 'gzip', owner: 'preserve', special: 'keep' } },
    });
    await server.cli('rootfs', 'import', 'cflinuxfs4', '1', await tinyRootfs(t, ''), '--promote');
    const { hash } = await server.ask<PutResult>('droplet', 'put', 'some-guid', droplet);
    const name = `${server.host}/cloudfoundry/some-guid:${hash}`;

    const { skopeo, umoci } = await registryClients(t, server.puller);
    await skopeo(['copy', `docker://${name}`, `oci:${temp}/layout:copy`]);
    await umoci(['unpack', '--keep-dirlinks', '--image', `${temp}/layout:copy`, `${temp}/bundle`]);
    t.is(await everythingIn(`${temp}/bundle/rootfs/home/vcap`), expected);

    const containerd = await startContainerd(t);
    await containerd.pull(name, server.puller);
    const mount = join(containerd.root, 'mount');
    await mkdir(mount);
    await containerd.ctr('image', 'mount', name, mount);
    // containerd takes times before 1970 for 1970.
    t.is(
      await everythingIn(`${mount}/home/vcap`),
      expected.replaceAll(/ -\d+\.\d{10}(?=[\0 ])/g, ' 0.0000000000'),
    );
  });
}

/** The listing of a directory, and which names in it are one file. */
async function everythingIn(directory: string): Promise<string> {
  const linked = await shell(`cd "$1" && find . ! -type d -links +1 -printf '%i %p\\0' | sort -z`, directory);
  const groups = Map.groupBy(linked.split('\0'), (line) => line.split(' ')[0]);
  const names = [...groups.values()].map((lines) =>
    lines.map((line) => line.replace(/^\d+ /, '')).join(' = '),
  );
  return `${await listing(directory)}\n${names.toSorted().join('\n')}`;
}
