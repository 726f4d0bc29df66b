import { glob, readFile } from 'node:fs/promises';
import { dirname, join, normalize, relative } from 'node:path';
import test from 'ava';

const source = join(import.meta.dirname, '..', 'src');

/** Lower rooms first: a room may import from itself and from those below it. Rooms of one row do not know each other. */
const rows = [
  ['errors.ts', 'version.ts'],
  ['metrics'],
  ['oci'],
  ['store'],
  ['layer'],
  ['droplet', 'rootfs', 'sample'],
  ['convert'],
  ['image'],
  ['collect'],
  ['operator'],
  ['rollout'],
  ['api'],
  ['config', 'log.ts'],
  ['facade.ts'],
  ['http'],
  ['processes'],
  ['cli'],
  ['dashboard'],
  ['main.ts'],
];

test('imports point one way', async (t) => {
  const rowOf = new Map(rows.flatMap((rooms, row) => rooms.map((room) => [room, row] as const)));
  let arrows = 0;
  for await (const file of glob('**/*.ts', { cwd: source })) {
    const from = roomOf(file);
    const fromRow = rowOf.get(from);
    t.not(fromRow, undefined, `${file} lies in no room that this test knows`);
    for (const target of await importsOf(file)) {
      arrows++;
      const to = roomOf(target);
      const toRow = rowOf.get(to);
      if (from === to) continue;
      t.true(toRow !== undefined && fromRow !== undefined && toRow < fromRow, `${file} imports ${target}`);
    }
  }
  t.true(arrows > 50, 'the imports were found');
});

async function importsOf(file: string): Promise<string[]> {
  const text = await readFile(join(source, file), 'utf8');
  const found = text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g);
  return [...found].map(([, path = '']) => relative(source, normalize(join(source, dirname(file), path))));
}

function roomOf(file: string): string {
  return file.split('/')[0] ?? file;
}
