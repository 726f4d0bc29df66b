import { sourceKey, uploadsPrefix } from '../droplet/source-key.ts';
import type { GuidState } from '../droplet/states.ts';
import { sightingOf, tombstoneOf } from '../droplet/states.ts';
import type { StackRecord } from '../rootfs/stack-record.ts';
import { day, isOlder } from '../store/lifetime.ts';
import type { ObjectInfo } from '../store/store.ts';
import { dropletFate, versionFate, type DropletFate, type Times, type VersionFate } from './fate.ts';
import type { DyingDroplet, DyingVersion, Kind, Plan, Step } from './plan.ts';
import { objectsFolder } from '../store/objects.ts';

/** What is known while the store is read, and what follows from it. Pure: it reads nothing itself. */
export class Survey {
  readonly times: Times;
  /** guid/hash of what the sources have */
  readonly present = new Set<string>();
  /** states that say something of a droplet */
  readonly #states = new Map<string, GuidState>();
  readonly #stacks = new Map<string, StackRecord>();
  /** keys of pointers that something names which stays */
  readonly #named = new Set<string>();
  /** ids of objects older than a day which nothing named so far, to bytes */
  readonly #objects = new Map<string, number>();
  #objectCount = 0;
  /** guid/hash of what the own store has something of, and of what it has a record */
  readonly #known = new Map<string, DropletFate['is']>();
  readonly #recorded = new Set<string>();
  readonly #dying = new Map<string, DyingDroplet>();
  readonly #versions = new Map<string, DyingVersion>();
  readonly #waitingVersions = new Set<string>();
  #until = Infinity;
  readonly unreadable: string[] = [];

  constructor(times: Times) {
    this.times = times;
  }

  /** Nobody wrote it for a day: whoever was about to name it has done so. */
  isOld(info: Pick<ObjectInfo, 'modified'>): boolean {
    return isOlder(info, day, this.times.now);
  }

  object(info: ObjectInfo): void {
    this.#objectCount++;
    if (this.isOld(info)) this.#objects.set(info.key.slice(objectsFolder.length), info.size);
  }

  /** Something names the object. */
  keepObject(key: string): void {
    this.#objects.delete(key.slice(objectsFolder.length));
  }

  state(guid: string, state: GuidState): void {
    if (Object.keys({ ...state.deleted, ...state.absent }).length > 0) this.#states.set(guid, state);
  }

  stack(record: StackRecord): void {
    this.#stacks.set(record.stack, record);
  }

  keepPointer(key: string): void {
    this.#named.add(key);
  }

  isNamed(key: string): boolean {
    return this.#named.has(key);
  }

  versionFate(stack: string, version: string): VersionFate {
    const record = this.#stacks.get(stack);
    const fate: VersionFate =
      record === undefined ? { is: 'live' } : versionFate(record, version, this.times);
    if (fate.is === 'waiting') {
      this.#waitingVersions.add(`${stack}/${version}`);
      this.#until = Math.min(this.#until, fate.until);
    }
    return fate;
  }

  /** Something of a droplet is there. Answers what becomes of the droplet. */
  known(guid: string, hash: string): DropletFate {
    const fate = this.#fateOf(guid, hash);
    this.#known.set(`${guid}/${hash}`, fate.is);
    if (fate.is === 'waiting') this.#until = Math.min(this.#until, fate.until);
    if (fate.is === 'over') this.#dyingDroplet(guid, hash, fate.why);
    return fate;
  }

  /** A key of a droplet: it goes where the droplet's time is over. @param pointers keys of those that it names */
  dropletHas(guid: string, hash: string, kind: Kind, info: ObjectInfo, pointers: string[] = []): void {
    const fate = this.known(guid, hash);
    if (kind === 'record') this.#recorded.add(`${guid}/${hash}`);
    if (fate.is !== 'over') return;
    const dying = this.#dyingDroplet(guid, hash, fate.why);
    dying.steps.push({ kind, why: fate.why, key: info.key, bytes: info.size });
    dying.pointers.push(...pointers);
  }

  /** Something of a rootfs version whose time is over. @param named keys of pointers that it named */
  versionGoes(stack: string, version: string, step: Step, named: string[] = []): void {
    const name = `${stack}/${version}`;
    const dying = this.#versions.get(name) ?? { stack, version, steps: [], named: [] };
    dying.steps.push(step);
    dying.named.push(...named);
    this.#versions.set(name, dying);
  }

  /** After everything was seen. */
  droplets(): Pick<
    Plan,
    'droplets' | 'missing' | 'newlyMissing' | 'missed' | 'returned' | 'spent' | 'seen' | 'waiting' | 'unnamed'
  > {
    this.#judgeStates();
    const named = (...fates: DropletFate['is'][]): { guid: string; hash: string }[] =>
      [...this.#known].flatMap(([name, fate]) => (fates.includes(fate) ? [split(name)] : []));
    const absent = [...this.#recorded].filter(
      (name) => !this.present.has(name) && this.#tombstone(name) === undefined,
    );
    const left = [...this.#dying.values()];
    const spent = new Set(left.filter((dying) => this.#isSpent(dying)));
    return {
      seen: { droplets: this.#recorded.size, objects: this.#objectCount },
      droplets: left.filter((dying) => !spent.has(dying) && !this.#isDone(dying)),
      missing: absent.length,
      newlyMissing: absent.filter((name) => this.#known.get(name) === 'missed').length,
      missed: named('missed'),
      returned: named('returned'),
      spent: [...spent].map(({ guid, hash }) => ({ guid, hash })),
      unnamed: this.#objects,
      waiting: {
        droplets: named('waiting').length,
        versions: this.#waitingVersions.size,
        objects: 0,
        until: Number.isFinite(this.#until) ? this.#until : undefined,
      },
    };
  }

  versions(): DyingVersion[] {
    return [...this.#versions.values()];
  }

  /** Tombstones and sightings of droplets of which nothing else may be left. */
  #judgeStates(): void {
    for (const [guid, state] of this.#states) {
      for (const hash of Object.keys({ ...state.deleted, ...state.absent })) this.known(guid, hash);
    }
  }

  /** It was collected a day ago, and nothing is left of it. */
  #isSpent({ guid, hash, steps }: DyingDroplet): boolean {
    const name = `${guid}/${hash}`;
    if (steps.length > 0 || this.present.has(name)) return false;
    return this.times.now - Date.parse(this.#tombstone(name)?.collected ?? '') >= day;
  }

  /**
   * Nothing is left to do but to wait. Of what was deleted in a source that is only read, the tombstone stays as long as the source
   * has it, and hides it.
   */
  #isDone({ guid, hash, steps }: DyingDroplet): boolean {
    const name = `${guid}/${hash}`;
    return steps.length === 0 && (this.present.has(name) || this.#tombstone(name)?.collected !== undefined);
  }

  #tombstone(name: string): ReturnType<typeof tombstoneOf> {
    const { guid, hash } = split(name);
    const state = this.#states.get(guid);
    return state === undefined ? undefined : tombstoneOf(state, hash);
  }

  #fateOf(guid: string, hash: string): DropletFate {
    const state = this.#states.get(guid);
    const facts = {
      present: this.present.has(`${guid}/${hash}`),
      tombstone: state && tombstoneOf(state, hash),
      sighting: state && sightingOf(state, hash),
    };
    return dropletFate(facts, this.times);
  }

  #dyingDroplet(guid: string, hash: string, why: DyingDroplet['why']): DyingDroplet {
    const name = `${guid}/${hash}`;
    const dying = this.#dying.get(name) ?? { guid, hash, why, steps: [], pointers: [] };
    this.#dying.set(name, dying);
    return dying;
  }
}

function split(name: string): { guid: string; hash: string } {
  const [guid = '', hash = ''] = name.split('/');
  return { guid, hash };
}

/** The key of an upload in the own store. */
export function uploadKey(guid: string, hash: string): string {
  return uploadsPrefix + sourceKey(guid, hash);
}
