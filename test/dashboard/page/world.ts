import { randomBytes } from 'node:crypto';
import { glob, mkdir, writeFile, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { hash as bcrypt } from '@node-rs/bcrypt';
import type { Operator } from '../../../src/operator/operator.ts';
import type { Owner } from '../../helpers/owner.ts';
import { run } from '../../helpers/run.ts';
import { tempDir } from '../../helpers/temp.ts';
import { hash, tinyDroplet } from '../../helpers/tiny.ts';
import { putDroplet, stack, startFacade } from '../../protocol/facade.ts';

export { stack };

export const [older, newer] = ['1.268.0', '1.269.0'];
/** that changes from one to the other */
export const library = 'libm.so.6';

export const users = {
  admin: { username: 'admin', password: 'a word to the wise' },
  node: { username: 'kubelet', password: 'let me pull' },
};

export type World = {
  url: string;
  operator: Operator;
  /** the directory of its store */
  data: string;
  /** guids that have a droplet each, the same one */
  apps: string[];
  /** of that droplet, in hex */
  droplet: string;
  /** of one that nobody has pulled yet */
  stored: { guid: string; hash: string };
  /** whose droplet is refused */
  refused: string;
};

/** A facade with users, two versions, some apps of which a few are placed, and a droplet that is refused. */
export async function startWorld(owner: Owner): Promise<World> {
  const [file, source] = [join(await tempDir(owner), 'users'), await tempDir(owner)];
  await writeFile(file, (await Promise.all(Object.values(users).map(htpasswdLine))).join(''));
  const stored = { guid: 'not-yet-pulled', hash: await putStored(owner, source, 'not-yet-pulled') };
  const { url, operator, data } = await startFacade(owner, { users: file, source });
  const before = { libssl3: '3.0.2-0ubuntu1.18', curl: '7.81.0-1', zlib1g: '1.2.11-2', gone: '1' };
  const after = { libssl3: '3.0.2-0ubuntu1.20', curl: '7.81.0-1', zlib1g: '1.2.10-9', come: '2' };
  await operator.rootfs.import(stack, older, await rootfs(owner, before, true), {});
  await operator.rootfs.import(stack, newer, await rootfs(owner, after, false), {});
  await operator.rootfs.promote(stack, older);
  const droplet = await tinyDroplet(owner, randomBytes(500_000));
  const apps = Array.from({ length: 12 }, (_, index) => guidOf(index));
  await Promise.all(apps.map((guid) => putDroplet(operator, guid, droplet)));
  await operator.rootfs.place(stack, Object.fromEntries(apps.slice(0, 3).map((guid) => [guid, newer])));
  const bad = Buffer.from('no droplet at all');
  await operator.droplets.put('broken-app', hash('sha1', bad), Readable.from([bad]), { wait: false });
  while ((await operator.droplets.refusals()).length === 0) await delay(20);
  return { url, operator, data, apps, droplet: droplet.sha1, stored, refused: 'broken-app' };
}

function guidOf(index: number): string {
  return `4c2e8b7a-91d3-4f06-8a55-${String(index).padStart(12, '0')}`;
}

/** Lays a droplet where Cloud Controller would. */
async function putStored(owner: Owner, source: string, guid: string): Promise<string> {
  const { bytes, sha1 } = await tinyDroplet(owner, 'nobody pulled me');
  const folder = join(source, guid.slice(0, 2), guid.slice(2, 4), guid);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, sha1), bytes);
  return sha1;
}

/** A tar of a rootfs that says that it has these packages. */
async function rootfs(owner: Owner, packages: Record<string, string>, hasLibrary: boolean): Promise<string> {
  const folder = await tempDir(owner);
  const root = join(folder, 'root');
  const status = Object.entries(packages).map(
    ([name, version]) =>
      `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\n`,
  );
  for (const name of ['bin', 'lib', 'var/lib/dpkg']) await mkdir(join(root, name), { recursive: true });
  await writeFile(join(root, 'bin/bash'), '#!/bin/false\n', { mode: 0o755 });
  await writeFile(join(root, 'var/lib/dpkg/status'), status.join('\n'));
  await writeFile(join(root, 'lib/data'), randomBytes(2_000_000));
  if (hasLibrary) await copyFile(await machinesLibrary(), join(root, 'lib', library));
  await run('tar', ['-cf', join(folder, 'rootfs.tar'), '-C', root, '.']);
  return join(folder, 'rootfs.tar');
}

async function machinesLibrary(): Promise<string> {
  for await (const path of glob(`/usr/lib/*-linux-gnu/${library}`)) return path;
  throw new Error(`This machine has no ${library}`);
}

async function htpasswdLine({ username, password }: { username: string; password: string }): Promise<string> {
  return `${username}:${await bcrypt(password, { cost: 4 })}\n`;
}
