import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { ExecutionContext } from 'ava';
import * as fc from 'fast-check';
import { rules } from '../../src/droplet/rules.ts';
import { run } from '../helpers/run.ts';
import { smallDisk } from '../helpers/small-disk.ts';
import { testWith } from '../helpers/test-with.ts';
import { toolPath } from '../helpers/tools.ts';
import { archives, type Archive } from './archives.ts';
import { features } from './features.ts';
import { found } from './found.ts';
import { judge, type Verdict } from './judge.ts';
import { known } from './known.ts';
import { startUnpacker } from './unpacker.ts';

const test = testWith('unpack', 'tar', 'setfattr', 'root');

const usualRuns = 10_000;
const runs = Number(process.env['EXACT_RUNS'] ?? usualRuns);
const seed = Number(process.env['EXACT_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

test('what was found before stays as it is', async (t) => {
  const unpack = startUnpacker(t, await disk(t));
  for (const { what, archive, verdict } of found) {
    // Times of making that should differ may fall into one tick of the kernel's clock: then it is judged again.
    let judged = await judge(archive, unpack).catch(String);
    for (let turn = 0; turn < 5 && !isDeepStrictEqual(judged, verdict); turn++)
      judged = await judge(archive, unpack).catch(String);
    t.deepEqual(judged, verdict, what);
  }
  const explained = found.flatMap(({ verdict }) => ('known' in verdict ? verdict.known : []));
  t.deepEqual([...new Set(explained)].toSorted(), [...known.keys()].toSorted());
});

test(`what clients make of ${runs} layers is what GNU tar makes of the droplets`, async (t) => {
  t.timeout(60_000 + runs * 60);
  const directory = await disk(t);
  const counts = new Map<string, number>();
  await Promise.all(
    [0, 1].map(async (half) => {
      const own = join(directory, String(half));
      await mkdir(own);
      const unpack = startUnpacker(t, own);
      const property = fc.asyncProperty(archives, async (archive) => {
        for (const name of countsOf(archive, await judge(archive, unpack)))
          counts.set(name, (counts.get(name) ?? 0) + 1);
      });
      const numRuns = Math.ceil((runs - half) / 2);
      const { failed, counterexample, errorInstance } = await fc.check(property, {
        seed: seed + half,
        numRuns,
      });
      if (failed) t.fail(`EXACT_SEED=${seed}: ${String(errorInstance)}\nfor ${fc.stringify(counterexample)}`);
    }),
  );
  t.log(
    `EXACT_SEED=${seed}`,
    Object.fromEntries([...counts].toSorted(([one], [other]) => (one < other ? -1 : 1))),
  );
  const of = (name: string): number => counts.get(name) ?? 0;
  t.true(of('compared') > runs * 0.6);
  if (runs < usualRuns) return;
  for (const name of Object.keys(features)) t.true(of(name) > runs / 200, name);
  for (const rule of refusing) t.true(of(`refused: ${rule}`) > 0, rule);
});

/** The rules that generated archives break: all but the bounds, which have tests of their own. */
const refusing = rules
  .filter(({ name, effect }) => effect === 'refuse' && !/^(?:ratio|entries|.*-bytes)$/.test(name))
  .map(({ name }) => name);

/** In memory, which keeps all that is compared: ext4 knows no times beyond 2446, and little room for attributes. */
async function disk(t: ExecutionContext): Promise<string> {
  const directory = await smallDisk(t, 200);
  const { code } = await run(toolPath('setfattr'), ['-n', 'user.x', '-v', 'y', directory], { mayFail: true });
  t.is(code, 0, 'tmpfs keeps attributes of users, as it does since Linux 6.6');
  return directory;
}

function countsOf(archive: Archive, verdict: Verdict): string[] {
  if ('refused' in verdict) return [`refused: ${verdict.refused}`];
  const present = Object.entries(features).filter(([, has]) => has(archive));
  return ['compared', ...present.map(([name]) => name), ...verdict.known.map((name) => `known: ${name}`)];
}
