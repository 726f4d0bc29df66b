import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { remoteOperator } from '../../../src/cli/remote.ts';
import { Tally } from '../../../src/cli/tally.ts';
import { warmAll } from '../../../src/cli/warm-all.ts';
import { isFailure } from '../../../src/errors.ts';
import type { Operator } from '../../../src/operator/operator.ts';
import type { Served } from '../../../test/helpers/serve.ts';
import { referenceOf } from '../workload/reference-of.ts';
import type { App } from '../workload/workload.ts';
import { adminOf } from './admin-of.ts';
import { dropletEntries } from './droplet-entries.ts';

/** What a patcher, or a person, does to a running facade. */
export interface Administration {
  /** Gives guids that nobody placed this version, and waits until every replica does so. */
  promote(version: string): Promise<void>;
  /**
   * Places guids in one change, as a wave does; `null` takes a placement away. Waits until every replica serves the first of
   * them so, which converts it where nobody did yet.
   */
  place(placements: Readonly<Record<string, string | null>>): Promise<void>;
  /** Converts all droplets, and makes their images over `version`. @throws Error where one cannot be */
  warm(version?: string): Promise<void>;
}

export const stack = 'cflinuxfs4';

/**
 * Asks replicas through their admin API, as the patcher does.
 * @param running those that are there when it is asked
 */
export async function administer(
  running: () => readonly Served[],
  apps: readonly App[],
): Promise<Administration> {
  const operators = (): Operator[] => running().map((server) => remoteOperator(adminOf(server)));
  const probe = await putProbe(first(operators()));
  const hashes = new Map(apps.map(({ name, hash }) => [name, hash]));
  return {
    promote: async (version) => {
      await first(operators()).rootfs.promote(stack, version);
      await untilServed(operators(), probe, version);
    },
    place: async (placements) => {
      const { promoted } = await first(operators()).rootfs.place(stack, placements);
      const [name, version] = Object.entries(placements)[0] ?? [];
      const hash = name === undefined ? undefined : hashes.get(name);
      if (name === undefined || hash === undefined) return;
      await untilServed(operators(), referenceOf({ name, hash }), version ?? promoted);
    },
    warm: async (version) => {
      const all = operators();
      const shares = Map.groupBy(apps.entries(), ([at]) => at % all.length);
      await Promise.all(
        all.map((operator, at) => warmShare(operator, shares.get(at)?.map(([, app]) => app) ?? [], version)),
      );
    },
  };
}

/** A droplet that nobody places, and that is converted before anything is counted. @returns its image */
async function putProbe({ droplets }: Operator): Promise<string> {
  const name = 'probe';
  const bytes = gzipSync(Buffer.concat([...dropletEntries(name, 4096)]));
  const hash = createHash('sha1').update(bytes).digest('hex');
  await droplets.put(name, hash, Readable.from([bytes]), { wait: true });
  return referenceOf({ name, hash });
}

/** A replica looks at the stack twice a second, and later where it has no time. */
async function untilServed(
  operators: readonly Operator[],
  reference: string,
  version: string | undefined,
): Promise<void> {
  const until = Date.now() + 60_000;
  for (const { images } of operators) {
    for (;;) {
      const served = await images.show(reference).catch((error: unknown) => {
        if (!isFailure(error, 'not-found', 'busy')) throw error;
      });
      if (served?.origin.rootfs.version === version) break;
      if (Date.now() > until) throw new Error(`A replica does not serve ${reference} over ${version}`);
      await delay(50);
    }
  }
}

async function warmShare(
  operator: Operator,
  apps: readonly App[],
  version: string | undefined,
): Promise<void> {
  const tally = new Tally(apps.length);
  const wishes = apps.map(({ name, hash }) => ({ guid: name, hash }));
  await warmAll(operator, wishes, { stack, version, concurrency: 8 }, tally);
  const { converted, known } = tally.counts;
  if (converted + known === apps.length) return;
  const why = JSON.stringify([...tally.reasons]);
  throw new Error(`Of ${apps.length} droplets only ${converted + known} are warm: ${why}`);
}

function first(operators: readonly Operator[]): Operator {
  const [operator] = operators;
  if (operator === undefined) throw new Error('No replica runs');
  return operator;
}
