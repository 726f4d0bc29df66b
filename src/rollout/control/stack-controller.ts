import type { Operator } from '../../operator/operator.ts';
import type { StackRecord } from '../../rootfs/stack-record.ts';
import { decide } from '../decide/decide.ts';
import type { Beginning, Decision } from '../decide/decision.ts';
import { Memory } from '../decide/memory.ts';
import type { Observation } from '../decide/observation.ts';
import { wishFor } from '../decide/wish-for.ts';
import type { App } from '../fleet/app.ts';
import type { Identify } from '../fleet/identity.ts';
import type { Charter } from '../judge/charter.ts';
import type { StackResource } from '../stack/resource.ts';
import type { Roll, StackStatus } from '../stack/status.ts';
import { conditionsOf } from './conditions.ts';
import { emptyStatus } from './empty-status.ts';
import type { Identities } from './identities.ts';
import { newRoll } from './new-roll.ts';
import { Papers } from './papers.ts';
import { placeApps } from './place-apps.ts';
import { prepare } from './prepare.ts';
import { readyToPlace } from './ready-to-place.ts';
import { writeReceipt } from './write-receipt.ts';
import { versionsInUse } from './versions-in-use.ts';
import { appsOfStack } from './apps-of-stack.ts';
import type { Effects } from './effects.ts';
import { RollPapers } from './roll-papers.ts';

export type StackControllerParts = {
  operator: Operator;
  identities: Identities;
  effects: Effects;
  clock: () => number;
};

/**
 * The record may be changed by others, and then a placement of ours fails; what we change ourselves is known at once. It is
 * some megabytes for a large fleet.
 */
const recordLasts = 10_000;
/** The mark that versions are in use is renewed so often; it holds for days. */
const marksLast = 3_600_000;
/** What runs is looked through so often for it: what is placed cannot be retired anyway. */
const marksRest = 10_000;

/**
 * One `Stack`, as long as this process leads. Nothing is kept here that could not be read again: the status says what is
 * under way, placements what each app is to run, papers how it was before, and pods what they run.
 */
export class StackController {
  readonly #parts: StackControllerParts;
  readonly #papers: Papers;
  readonly #known: RollPapers;
  readonly #memory: Memory;
  #status: StackStatus | undefined;
  #hasSeen = false;
  #record: { value: StackRecord; at: number } | undefined;
  #marked = { versions: '', at: 0, lookedAt: Number.NEGATIVE_INFINITY };

  constructor(name: string, parts: StackControllerParts) {
    this.#parts = parts;
    this.#papers = new Papers(parts.operator.rolls, name);
    this.#known = new RollPapers(this.#papers);
    this.#memory = new Memory(parts.clock());
  }

  /**
   * Looks once, and does what is to be done.
   * @param apps of the whole cluster; throws where they cannot be seen
   * @param signal ends it between two things that it does
   * @returns the status as it is now
   * @throws Failure where facade or API server cannot do their part: look again later
   */
  async cycle(
    stack: StackResource,
    apps: () => ReadonlyMap<string, App>,
    signal: AbortSignal,
  ): Promise<StackStatus> {
    const before = (this.#status ??= stack.status ?? emptyStatus);
    const observation = await this.#see(stack, before, apps);
    const decision = decide(observation);
    signal.throwIfAborted();
    await this.#markInUse(stack, observation);
    const charter = await this.#writePapers(stack, decision);
    const { generation: observedGeneration } = stack.metadata;
    const after = { ...decision.status, observedGeneration };
    await this.#keepStatus(stack, before, {
      ...after,
      conditions: conditionsOf(after, stack, observation.now),
    });
    if (charter !== undefined) this.#known.add(charter);
    signal.throwIfAborted();
    await this.#place(stack, decision, observation, signal);
    signal.throwIfAborted();
    for (const { step, forbidden } of await this.#parts.effects.carryOut(decision.steps))
      if (forbidden !== undefined) this.#memory.forbidden(step.guid, observation.now, forbidden);
    if (decision.hasEnded) this.#memory.clear();
    signal.throwIfAborted();
    if (decision.begin !== undefined) await this.#begin(stack, decision.begin, observation);
    return this.#status ?? before;
  }

  /** Tells why a look came to nothing, as far as that can be told. */
  async stalled(stack: StackResource, reason: string): Promise<void> {
    const before = this.#status ?? stack.status ?? emptyStatus;
    const conditions = conditionsOf(before, stack, this.#parts.clock(), reason);
    await this.#keepStatus(stack, before, { ...before, conditions });
  }

  /** Time in which nothing could be seen counts for nobody. */
  async #see(
    stack: StackResource,
    status: StackStatus,
    apps: () => ReadonlyMap<string, App>,
  ): Promise<Observation> {
    const hasSeen = this.#hasSeen;
    this.#hasSeen = false;
    const observation = await this.#observe(stack, status, apps());
    if (!hasSeen) this.#memory.excuse(observation.now);
    this.#hasSeen = true;
    return observation;
  }

  async #observe(
    stack: StackResource,
    status: StackStatus,
    all: ReadonlyMap<string, App>,
  ): Promise<Observation> {
    const { identities, clock } = this.#parts;
    const now = clock();
    const { name } = stack.metadata;
    await identities.learn(all, now);
    const record = await this.#readRecord(name, now);
    const apps = await appsOfStack(name, all, record, identities);
    // What is about to end needs no papers: it must end also where they are lost.
    const roll = goesOn(stack, status.roll) ? status.roll : undefined;
    return {
      now,
      stack,
      status,
      record,
      apps,
      identify: ofStack(name, identities.identify),
      ...(await this.#known.of(roll)),
      memory: this.#memory,
    };
  }

  async #readRecord(name: string, now: number): Promise<StackRecord> {
    if (this.#record === undefined || now - this.#record.at > recordLasts)
      this.#record = { value: await this.#parts.operator.rootfs.stack(name), at: now };
    return this.#record.value;
  }

  async #writePapers(
    stack: StackResource,
    { charter, proofs, status, hasEnded }: Decision,
  ): Promise<Charter | undefined> {
    const roll = status.roll?.id ?? '';
    for (const proof of proofs) await this.#papers.keepProof(roll, proof);
    if (hasEnded) await writeReceipt(stack, status, this.#papers);
    return charter && this.#papers.keepCharter(roll, charter);
  }

  async #keepStatus(stack: StackResource, before: StackStatus, after: StackStatus): Promise<void> {
    if (JSON.stringify(before) === JSON.stringify(after)) return;
    try {
      await this.#parts.effects.writeStatus(stack, before, after);
    } catch (error) {
      // Perhaps it was written, or another leads: what is there counts, and what belongs to it.
      this.#status = undefined;
      this.#known.forget();
      throw error;
    }
    this.#status = after;
  }

  async #place(
    stack: StackResource,
    decision: Decision,
    observation: Observation,
    signal: AbortSignal,
  ): Promise<void> {
    const { rootfs, warming } = this.#parts.operator;
    const { promote } = decision;
    const { name } = stack.metadata;
    const place = await readyToPlace(name, decision, observation, warming);
    signal.throwIfAborted();
    try {
      if (Object.keys(place).length > 0) {
        this.#keepRecord(await placeApps(rootfs, place, observation.record));
        for (const [guid, version] of Object.entries(place))
          if (version !== null) this.#memory.placed([guid], version, this.#parts.clock());
      }
      if (promote !== undefined) this.#keepRecord(await rootfs.promote(name, promote));
    } catch (error) {
      // Whatever it is, what we know of the record may be wrong.
      this.#record = undefined;
      throw error;
    }
  }

  /** Nobody may retire what runs here. */
  async #markInUse(stack: StackResource, observation: Observation): Promise<void> {
    const { now } = observation;
    if (now - this.#marked.lookedAt < marksRest) return;
    const versions = versionsInUse(observation);
    const mark = versions.join(' ');
    if (this.#marked.versions === mark && now - this.#marked.at < marksLast) {
      this.#marked.lookedAt = now;
      return;
    }
    const { name, uid } = stack.metadata;
    if (versions.length > 0 || this.#marked.versions !== '')
      this.#keepRecord(await this.#parts.operator.rootfs.markInUse(name, uid, versions));
    this.#marked = { versions: mark, at: now, lookedAt: now };
  }

  #keepRecord(value: StackRecord): void {
    this.#record = { value, at: this.#parts.clock() };
  }

  async #begin(stack: StackResource, beginning: Beginning, observation: Observation): Promise<void> {
    const { operator, clock } = this.#parts;
    const plan = await prepare(stack, beginning, observation, operator);
    const roll = newRoll(stack, beginning, clock());
    await this.#papers.keepPlan(roll.id, plan);
    const before = this.#status ?? emptyStatus;
    const message = `${roll.kind === 'undo' ? 'Back to' : 'Rolling to'} ${roll.to}`;
    const phase = roll.kind === 'undo' ? 'RollingBack' : 'Rolling';
    this.#memory.clear();
    await this.#keepStatus(stack, before, { ...before, phase, message, roll });
    // What was promoted and placed may have been read before the version was imported.
    this.#record = undefined;
  }
}

function goesOn(stack: StackResource, roll: Roll | undefined): roll is Roll {
  return roll !== undefined && roll.endedAt === undefined && wishFor(stack, roll) === 'go on';
}

/** Versions of other stacks prove nothing here, whatever they are called. */
function ofStack(stack: string, identify: Identify): Identify {
  return (guid, digest) => {
    const identity = identify(guid, digest);
    return typeof identity === 'object' && identity.stack !== stack ? 'unknown' : identity;
  };
}
