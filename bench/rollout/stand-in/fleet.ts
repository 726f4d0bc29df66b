import { setTimeout as delay } from 'node:timers/promises';
import { Changes } from './changes.ts';
import { birth, budgetText, guidOf, podName, podText, podUid, setText, type PodState } from './objects.ts';

/** Milliseconds from one state of a pod to the next. */
const [ends, binds, pulls, becomesReady] = [300, 50, 1_000, 500];

/** Two pods of each app, which are made anew when they are evicted. */
export class Fleet {
  readonly apps: number;
  readonly pods = new Changes();
  readonly sets = new Changes();
  readonly budgets = new Changes();
  readonly others = new Changes();
  readonly #states: PodState[];
  readonly #byName: Map<string, PodState>;
  readonly #resolve: (guid: string) => string;
  /** of the newest object */
  version = 1;
  /** pods that were replaced */
  moved = 0;

  /** @param resolve the rootfs version over which a facade gives a droplet at that moment */
  constructor(apps: number, resolve: (guid: string) => string) {
    this.apps = apps;
    this.#resolve = resolve;
    this.#states = Array.from({ length: 2 * apps }, (_, i) => ({
      app: i >> 1,
      ordinal: i & 1,
      life: 0,
      version: 1,
      createdAt: birth,
      isBound: true,
      isLeaving: false,
      runs: resolve(guidOf(i >> 1)),
      readySince: birth,
    }));
    this.#byName = new Map(this.#states.map((pod) => [podName(pod), pod]));
  }

  /** Objects of a page as JSON. */
  page(kind: 'pods' | 'sets' | 'budgets', start: number, limit: number): string[] {
    if (kind === 'pods') return this.#states.slice(start, start + limit).map(podText);
    const text = kind === 'sets' ? setText : budgetText;
    const count = Math.max(0, Math.min(limit, this.apps - start));
    return Array.from({ length: count }, (_, i) => text(start + i, 1));
  }

  size(kind: 'pods' | 'sets' | 'budgets'): number {
    return kind === 'pods' ? this.#states.length : this.apps;
  }

  pod(name: string): PodState | undefined {
    return this.#byName.get(name);
  }

  next(): number {
    return ++this.version;
  }

  /** What a cluster does beside: a pod's status is written, which changes nothing that counts. */
  stir(): void {
    const pod = this.#states[Math.floor(Math.random() * this.#states.length)];
    if (pod !== undefined && !pod.isLeaving) this.#tell(pod, {});
  }

  /** @returns false where there is no such pod any more */
  evict(name: string, uid: string | undefined): boolean {
    const pod = this.#byName.get(name);
    if (pod === undefined || (uid !== undefined && podUid(pod) !== uid)) return false;
    if (!pod.isLeaving) void this.#replace(pod);
    return true;
  }

  async #replace(pod: PodState): Promise<void> {
    this.#tell(pod, { isLeaving: true });
    this.#tellOthers(pod);
    await delay(ends);
    pod.version = this.next();
    this.pods.tell('DELETED', pod.version, podText(pod));
    const now = new Date().toISOString();
    Object.assign(pod, { life: pod.life + 1, createdAt: now, isBound: false, isLeaving: false });
    Object.assign(pod, { runs: undefined, readySince: undefined, version: this.next() });
    this.pods.tell('ADDED', pod.version, podText(pod));
    await delay(binds);
    this.#tell(pod, { isBound: true });
    await delay(pulls * (0.5 + Math.random()));
    this.#tell(pod, { runs: this.#resolve(guidOf(pod.app)) });
    await delay(becomesReady);
    this.#tell(pod, { readySince: new Date().toISOString() });
    this.#tellOthers(pod);
    this.moved++;
  }

  #tell(pod: PodState, change: Partial<PodState>): void {
    Object.assign(pod, change, { version: this.next() });
    this.pods.tell('MODIFIED', pod.version, podText(pod));
  }

  /** The statuses of what its pods are counted in. */
  #tellOthers({ app }: PodState): void {
    const [set, budget] = [this.next(), this.next()];
    this.sets.tell('MODIFIED', set, setText(app, set));
    this.budgets.tell('MODIFIED', budget, budgetText(app, budget));
  }
}
