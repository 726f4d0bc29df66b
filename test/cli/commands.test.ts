/** Every command about a facade, in text and JSON, on a store and through a server. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hash as bcrypt } from '@node-rs/bcrypt';
import test, { type ExecutionContext } from 'ava';
import type { Owner } from '../helpers/owner.ts';
import { smallDroplet } from '../helpers/droplets.ts';
import { run } from '../helpers/run.ts';
import { tempDir } from '../helpers/temp.ts';
import { tinyRootfs } from '../helpers/tiny.ts';
import { certificates } from '../helpers/tls.ts';
import { startFacade } from '../protocol/facade.ts';
import { complaint, dropstack } from './dropstack.ts';

/** How a command finds its facade. */
type Target = { args: string[]; env: Record<string, string> };

async function storeTarget(owner: Owner): Promise<Target> {
  return { args: ['--data', join(await tempDir(owner), 'store')], env: {} };
}

async function configuredTarget(owner: Owner): Promise<Target> {
  const folder = await tempDir(owner);
  const config = join(folder, 'dropstack.yml');
  await writeFile(config, `store: { directory: ${join(folder, 'store')} }\nlisten: "0.0.0.0:443"\n`);
  return { args: ['--config', config], env: {} };
}

async function serverTarget(owner: Owner): Promise<Target> {
  const { url } = await startFacade(owner, { users: await usersFile(owner, 'right') });
  return { args: ['--server', url], env: { DROPSTACK_PASSWORD: 'right' } };
}

async function tlsTarget(owner: Owner): Promise<Target> {
  const { ca, cert, key } = await certificates(owner);
  const { url } = await startFacade(owner, {
    users: await usersFile(owner, 'right'),
    tlsCert: cert,
    tlsKey: key,
  });
  return { args: ['--ca', ca], env: { DROPSTACK_SERVER: url, DROPSTACK_PASSWORD: 'right' } };
}

async function usersFile(owner: Owner, password: string): Promise<string> {
  const users = join(await tempDir(owner), 'users');
  await writeFile(users, `admin:${await bcrypt(password, { cost: 4 })}\n`);
  return users;
}

for (const open of [storeTarget, configuredTarget, serverTarget, tlsTarget]) {
  test.serial(`an operator's day: ${open.name}`, async (t) => {
    const target = await open(t);
    await importAndPromote(t, target);
    const name = await putAndShow(t, target);
    await place(t, target, name);
    await bad(t, target);
    await remove(t, target, name);
  });
}

async function text(t: ExecutionContext, { args, env }: Target, ...command: string[]): Promise<string> {
  const { code, stdout, stderr } = await dropstack([...command, ...args], env);
  t.is(code, 0, `${command.join(' ')}: ${stderr}`);
  t.is(stderr, '');
  return stdout;
}

async function json(t: ExecutionContext, target: Target, ...command: string[]): Promise<unknown> {
  return JSON.parse(await text(t, target, ...command, '-o', 'json')) as unknown;
}

async function importAndPromote(t: ExecutionContext, target: Target): Promise<void> {
  const first = await text(t, target, 'rootfs', 'import', 'fs', '1.0', await tinyRootfs(t, 'one'));
  t.regex(first, /Version: +1\.0\n/);
  t.regex(first, /serves no version yet\. To serve this one: dropstack rootfs promote fs 1\.0\n$/);
  t.is(await text(t, target, 'rootfs', 'promote', 'fs', '1.0'), 'Stack fs now serves version 1.0.\n');
  const two = await tinyRootfs(t, 'two');
  const { stdout: sum } = await run('sha256sum', [two]);
  const record = await json(t, target, 'rootfs', 'import', 'fs', '2.0', two, '--sha256', sum.slice(0, 64));
  t.like(record, { stack: 'fs', version: '2.0', source: { sha256: sum.slice(0, 64) } });
  const third = ['rootfs', 'import', 'fs', '3.0', await tinyRootfs(t, 'three'), '--promote'];
  t.regex(await text(t, target, ...third, '--os-version', '22.04'), /22\.04\n(.|\n)*Stack fs serves it\.\n$/);

  t.regex(
    await text(t, target, 'rootfs', 'list'),
    /^STACK +VERSION +(.|\n)*\nfs +3\.0 +linux\/\S+ .* promoted\n$/,
  );
  t.like(await json(t, target, 'rootfs', 'list', 'fs'), [
    { version: '1.0' },
    { version: '2.0' },
    { promoted: true },
  ]);
  t.deepEqual(await json(t, target, 'rootfs', 'show', 'fs', '2.0'), record);
  t.regex(await text(t, target, 'rootfs', 'show', 'fs', '2.0'), /^Stack: +fs\n(.|\n)*\nsha256:[0-9a-f]{64} /);
  const contents = await json(t, target, 'rootfs', 'show', 'fs', '2.0', '--contents');
  t.like(contents, { version: '2.0', contents: { packages: [] } });
  await differ(t, target);
}

async function differ(t: ExecutionContext, target: Target): Promise<void> {
  const diff = ['rootfs', 'diff', 'fs', '1.0', '3.0'];
  t.is(
    await text(t, target, ...diff),
    'No library is removed, and none has lost a symbol version.\n\nThe packages are the same.\n\n' +
      'Files: 0 added, 0 removed, 0 of another type, 0 of another mode, 1 of another size, 0 of another target. --files lists them.\n',
  );
  t.regex(
    await text(t, target, ...diff, '--files'),
    /\nFILE +CHANGE +FROM +TO\netc\/rootfs-release +size +file 0644 3 B +file 0644 5 B\n$/,
  );
  const counted = (await json(t, target, ...diff)) as object;
  t.like(counted, {
    stack: 'fs',
    from: '1.0',
    to: '3.0',
    libraries: [],
    packages: [],
    counts: { size: 1, added: 0 },
  });
  t.false('files' in counted);
  t.like(await json(t, target, ...diff, '--files'), {
    files: [{ path: 'etc/rootfs-release', changes: ['size'] }],
  });
  t.like(await json(t, target, 'rootfs', 'diff', 'fs', '1.0', '1.0'), { counts: { size: 0 } });
}

async function putAndShow(t: ExecutionContext, target: Target): Promise<string> {
  const { path, sha1, sha256, size } = await smallDroplet(await tempDir(t), { 'app/x': 'x' });
  const image = `fs/some-app:${sha1}`;
  const put = ['droplet', 'put', 'some-app', path, '--stack', 'fs'];
  t.is(await text(t, target, ...put), `Stored and converted ${size} B. Pull it as ${image}\n`);
  t.regex(await text(t, target, ...put), /^Known already/);
  const summed = await json(t, target, 'droplet', 'put', 'other-app', path, '--sha256');
  t.like(summed, { guid: 'other-app', hash: sha256, sha1, sha256, size, created: true });

  t.regex(
    await text(t, target, 'droplet', 'list'),
    /^GUID +HASH(.|\n)*\nsome-app +[0-9a-f]{40} +fs .* converted\n$/,
  );
  t.like(await json(t, target, 'droplet', 'list', 'some-app'), [{ hash: sha1, stack: 'fs', size }]);
  const shown = await text(t, target, 'droplet', 'show', 'some-app', sha1);
  t.regex(shown, /State: +converted\n(.|\n)*Layer: +sha256:[0-9a-f]{64}\n(.|\n)*Start: +sh app\/start\.sh\n/);
  t.like(await json(t, target, 'droplet', 'show', 'some-app', sha1), { record: { sourceSha256: sha256 } });
  t.is(await text(t, target, 'droplet', 'verify', 'some-app', sha1), `Droplet some-app/${sha1} is whole.\n`);
  t.like(await json(t, target, 'droplet', 'verify', 'some-app', sha1), { problems: [] });
  t.regex(await text(t, target, 'droplet', 'assign', 'other-app', 'fs'), /belong to stack fs\.\n$/);
  t.deepEqual(await json(t, target, 'droplet', 'assign', 'other-app', 'fs'), {
    guid: 'other-app',
    stack: 'fs',
  });

  const described = await text(t, target, 'image', 'show', image);
  t.regex(
    described,
    /Rootfs: +fs 3\.0\nDroplet: +some-app\/[0-9a-f]{40}\nSize: .* in 3 layers\n\nFROM +SIZE/,
  );
  const rows = described.trim().split('\n').slice(-3);
  for (const row of rows) t.regex(row, /\S.* {2}[\d.]+ k?B +sha256:[0-9a-f]{64}$/);
  t.regex(rows.join('\n'), /rootfs fs 3\.0.*\n.*launcher.*\n.*droplet some-app/i);
  const details = (await json(t, target, 'image', 'show', image)) as { digest: string; config: string };
  const origin = await text(t, target, 'image', 'identify', 'some-app', details.config);
  t.is(origin, `Rootfs:  fs 3.0\nDroplet: some-app/${sha1}\n`);
  t.like(await json(t, target, 'image', 'identify', 'some-app', details.digest), {
    rootfs: { version: '3.0' },
  });
  return sha1;
}

async function place(t: ExecutionContext, target: Target, name: string): Promise<void> {
  const placed = await text(t, target, 'rootfs', 'place', 'fs', '1.0', 'some-app', 'third-app');
  t.is(placed, 'Of stack fs, served over version 1.0: some-app, third-app\n');
  t.like(await json(t, target, 'image', 'show', `fs/some-app:${name}`), {
    origin: { rootfs: { version: '1.0' } },
  });
  const promoted = await text(t, target, 'rootfs', 'promote', 'fs', '2.0');
  t.is(
    promoted,
    'Stack fs now serves version 2.0 instead of 3.0.\n' +
      'Placed on another version, and not moved: 2 guids.\nBack: dropstack rootfs promote fs 3.0\n',
  );
  t.regex(await text(t, target, 'rootfs', 'promote', 'fs', '2.0'), /served version 2\.0 already/);
  t.like(await json(t, target, 'rootfs', 'unplace', 'fs', 'third-app'), {
    placements: { 'some-app': '1.0' },
  });
  t.regex(
    await text(t, target, 'rootfs', 'unplace', 'fs', 'some-app'),
    /the promoted version, 2\.0: some-app\n/,
  );
  t.regex(await text(t, target, 'rootfs', 'retire', 'fs', '3.0'), /Version 3\.0 of stack fs is retired/);
  t.regex(
    await text(t, target, 'rootfs', 'show', 'fs'),
    /Promoted: +2\.0\n(.|\n)*Retired: +3\.0\n\nWHEN(.|\n)* promote 2\.0 instead of 3\.0\n(.|\n)* retire 3\.0\n$/,
  );
  t.like(await json(t, target, 'rootfs', 'show', 'fs'), { promoted: '2.0', placements: {} });
}

/** What fails is one line and exit code 1; what is refused says entry and rule. */
async function bad(t: ExecutionContext, target: Target): Promise<void> {
  const { args, env } = target;
  const fails = async (code: 1 | 2, ...command: string[]): Promise<string> =>
    complaint(t, await dropstack([...command, ...args, '-o', 'json'], env), code);
  const folder = await tempDir(t);
  await writeFile(join(folder, 'etc'), 'x');
  const evil = join(folder, 'evil.tgz');
  await run('tar', ['-czPf', evil, '-C', folder, '--transform', 's,^etc,../etc,', 'etc']);
  const refused = await fails(1, 'droplet', 'put', 'evil-app', evil);
  t.regex(refused, /Droplet evil-app\/[0-9a-f]{40} refused: entry "\.\.\/etc" .* rule outside: /);
  t.regex(await fails(1, 'rootfs', 'promote', 'fs', '9'), /No version 9 of stack fs/);
  t.regex(await fails(1, 'rootfs', 'diff', 'fs', '2.0', '9'), /No version 9 of stack fs/);
  t.regex(await fails(1, 'rootfs', 'retire', 'fs', '2.0'), /it is promoted; promote another version first/);
  t.regex(await fails(1, 'droplet', 'show', 'some-app', '0'.repeat(40)), /No droplet some-app/);
  t.regex(await fails(1, 'image', 'show', `fs/nobody:${'0'.repeat(40)}`), /belong to stack cflinuxfs4/);
  const wrong = ['rootfs', 'import', 'fs', '4', evil, '--sha256', '0'.repeat(64)];
  t.regex(await fails(1, ...wrong), /not to the announced 0+/);
  t.regex(await fails(2, 'rootfs', 'import', 'fs', '4', join(folder, 'etc')), /it is no tar/);
  t.regex(await fails(2, 'image', 'show', 'nonsense'), /no reference/);
  t.is(await text(t, target, 'droplet', 'list', '--refused'), 'No droplet is refused.\n');
}

async function remove(t: ExecutionContext, target: Target, name: string): Promise<void> {
  t.is(await text(t, target, 'droplet', 'rm', 'some-app', name), `Droplet some-app/${name} is deleted.\n`);
  t.like(await json(t, target, 'droplet', 'show', 'some-app', name), { state: 'deleted' });
}

test.serial('a droplet that is damaged in the store ends verify with exit code 1', async (t) => {
  const data = await tempDir(t);
  const { path, sha1 } = await smallDroplet(await tempDir(t), { 'app/x': 'damaged' });
  const args = ['--data', data];
  await dropstack(['droplet', 'put', 'some-app', path, ...args]);
  await writeFile(join(data, 'droplets/so/me/some-app', sha1), 'damaged');
  const { code, stdout } = await dropstack(['droplet', 'verify', 'some-app', sha1, ...args]);
  t.is(code, 1);
  t.regex(stdout, /^the droplet in the source hashes to [0-9a-f]{40} instead of [0-9a-f]{40}\n$/);
});

test.serial('droplets of a read-only source are seen beside a store, and their refusals too', async (t) => {
  const source = await tempDir(t);
  const { path } = await smallDroplet(source, { 'app/x': 'of the source' });
  const bytes = Buffer.from('no archive');
  const { stdout: sum } = await run('sha1sum', ['-'], { input: bytes });
  const name = sum.slice(0, 40);
  await run('mkdir', ['-p', join(source, 'ba/d-/bad-app')]);
  await writeFile(join(source, 'ba/d-/bad-app', name), bytes);
  const args = ['--data', join(await tempDir(t), 'store'), '--source', source];
  await dropstack(['rootfs', 'import', 'cflinuxfs4', '1', await tinyRootfs(t, 'x'), '--promote', ...args]);
  t.true(path.startsWith(source));
  const listed = await dropstack(['droplet', 'list', 'bad-app', ...args]);
  t.regex(listed.stdout, new RegExp(`bad-app +${name} +cflinuxfs4 +10 B +stored`));
  const shown = await dropstack(['image', 'show', `cloudfoundry/bad-app:${name}`, ...args]);
  t.regex(complaint(t, shown, 1), /rule gzip/);
  const refused = await dropstack(['droplet', 'list', '--refused', ...args]);
  t.regex(refused.stdout, new RegExp(`bad-app +${name} +gzip +`));
});

test.serial('what is wrong with credentials is said', async (t) => {
  const { url } = await startFacade(t, { users: await usersFile(t, 'right') });
  const args = ['rootfs', 'list', '--server', url];
  t.regex(complaint(t, await dropstack(args), 1), /needs a password: set DROPSTACK_PASSWORD/);
  const empty = await dropstack(args, { DROPSTACK_PASSWORD: '', DROPSTACK_USER: '' });
  t.regex(complaint(t, empty, 1), /needs a password: set DROPSTACK_PASSWORD/);
  const wrong = await dropstack(args, { DROPSTACK_PASSWORD: 'wrong' });
  t.regex(complaint(t, wrong, 1), /does not know user admin with that password/);
  const unknown = await dropstack(args, { DROPSTACK_PASSWORD: 'right', DROPSTACK_USER: 'nobody' });
  t.regex(complaint(t, unknown, 1), /does not know user nobody/);
});

test.serial(
  'TLS that cannot be agreed on, and an authority that is not known, are said with what to do',
  async (t) => {
    const plain = await serverTarget(t);
    const [, url = ''] = plain.args;
    const noTls = await dropstack(['rootfs', 'list', '--server', url.replace('http:', 'https:')], plain.env);
    t.regex(complaint(t, noTls, 1), /no TLS could be agreed on: does it speak TLS there/);
    const { env } = await tlsTarget(t);
    t.regex(complaint(t, await dropstack(['rootfs', 'list'], env), 1), /name its authority with --ca <file>/);
  },
);
