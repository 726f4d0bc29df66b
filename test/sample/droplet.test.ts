import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { chmod, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { sampleDroplet } from '../../src/sample/droplet.ts';
import { container, rootTest, run } from '../layer/launcher/container.ts';

const directory = mkdtempSync(join(tmpdir(), 'sample-droplet-'));
const tgz = join(directory, 'droplet.tgz');
const made = sampleDroplet(tgz);
test.after.always('remove the droplet', () => rm(directory, { recursive: true, force: true }));

test('it is named by its SHA-1, and comes out the same each time', async (t) => {
  const { sha1 } = await made;
  t.is(
    sha1,
    createHash('sha1')
      .update(await readFile(tgz))
      .digest('hex'),
  );
  t.deepEqual(await sampleDroplet(join(directory, 'again.tgz')), { sha1 });
  t.deepEqual(await readdir(directory), ['again.tgz', 'droplet.tgz']);
});

test('it looks as Cloud Foundry’s staging leaves a droplet', async (t) => {
  await made;
  const { stdout } = await run('tar', ['--list', '--verbose', '--numeric-owner', '--file', tgz]);
  const lines = stdout.trimEnd().split('\n');
  t.true(lines.every((line) => / 2000\/2000 /.test(line)));
  t.deepEqual(
    lines.map((line) => `${line.slice(0, 10)} ${line.slice(line.lastIndexOf(' ') + 1)}`),
    [
      'drwx------ ./',
      'drwxr-xr-x ./app/',
      '-rw-r--r-- ./app/server.js',
      'drwxr-xr-x ./deps/',
      'drwxr-xr-x ./deps/0/',
      'drwxr-xr-x ./deps/0/node/',
      'drwxr-xr-x ./deps/0/node/bin/',
      '-rwxr-xr-x ./deps/0/node/bin/node',
      'drwxr-xr-x ./logs/',
      'drwxr-xr-x ./profile.d/',
      '-rw-r--r-- ./profile.d/0_node.sh',
      '-rw-r--r-- ./staging_info.yml',
      'drwxr-xr-x ./tmp/',
    ],
  );
});

rootTest(
  'over the sample rootfs and the launcher layer it answers, and ends well when told to',
  async (t) => {
    await made;
    const box = await container(t);
    const home = join(box.root, 'home/vcap');
    await run('tar', ['--extract', '--directory', home, '--file', tgz]);
    await chmod(home, 0o755);
    const running = box.start(['/lifecycle/launch'], { env: { PORT: '0', VCAP_APP_HOST: '127.0.0.1' } });
    const [, port] = await running.output(/^Listening on port (\d+)$/m);
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    t.is(answer.status, 200);
    t.regex(await answer.text(), /^Hello from a nodejs droplet with node v\d+.* on \S+.*\n$/);
    t.is((await fetch(`http://127.0.0.1:${port}/nothing`)).status, 404);
    await running.kill('SIGTERM');
    const { code, stderr } = await running.ended;
    t.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  },
);
