/** Does what the pages for operators say, each in a world of its own: docs/README.md tells how they are written. */
import type { ExecutionContext } from 'ava';
import { startContainerd } from '../helpers/containerd.ts';
import { testWith } from '../helpers/test-with.ts';
import { runPage } from './run-page.ts';
import { startWorld, type World } from './world.ts';
import { worlds } from './worlds.ts';

const withWorld = testWith(
  'containerd',
  'crane',
  'ctr',
  'curl',
  'htpasswd',
  'openssl',
  'root',
  'setpriv',
  'skopeo',
  'tar',
  'unshare',
);

for (const pages of worlds.installed) {
  withWorld(`install.md, then ${pages.join(', ')}`, async (t) => {
    const containerd = await startContainerd(t);
    const one = await world(t, { CONTAINERD_ADDRESS: containerd.address });
    for (const page of ['docs/install.md', ...pages]) await t.notThrowsAsync(runPage(one, page));
  });
}

withWorld(`beside npm start: ${worlds.samples.join(', ')}`, async (t) => {
  const one = await world(t);
  await startSamples(one);
  for (const page of worlds.samples) await t.notThrowsAsync(runPage(one, page));
});

async function world(t: ExecutionContext, variables: Record<string, string> = {}): Promise<World> {
  const made = await startWorld(t, variables);
  await made.run('bash /opt/dropstack/test/docs/given.sh');
  return made;
}

/** What `npm start` tells is there as variables, and a rootfs and a droplet lie beside it. An answer of 400 or more fails curl. */
async function startSamples({ address, run, stay }: World): Promise<void> {
  await run(`
    printf '%s\\n' fail-with-body silent show-error >~/.curlrc
    cd /opt/dropstack && rm -rf data
    cp ~/cflinuxfs4-1.269.0.tar.gz cflinuxfs4.tar.gz
    cp ~/droplet.tgz .
    SHA256=$(sha256sum cflinuxfs4.tar.gz | cut -c -64)
    export PASSWORD=only-for-today DROPSTACK_PASSWORD=only-for-today`);
  await stay(`npm start -- --listen ${address}:8080`);
  await run(`
    for i in {1..600}; do ! curl http://${address}:8080/readyz || break; sleep 0.2; done
    crane auth login ${address}:8080 -u admin -p $PASSWORD
    HASH=$(crane ls --insecure ${address}:8080/cloudfoundry/sample-app)`);
}
