import type { Digest } from '../../oci/digest.ts';
import { isFailure } from '../../errors.ts';
import type { Operator } from '../../operator/operator.ts';
import { hashOf, isPresent, type App } from '../fleet/app.ts';
import { runningOf, type Identify, type Identity } from '../fleet/identity.ts';
import { digestOfImageId } from '../fleet/image-id.ts';

/** What was never served may be, a moment later, where a replica was asked that had not heard of it. */
const doubtFor = 10_000;

/** More digests than pods are kept of what ran before; beyond that, what runs no more is forgotten. */
const spare = 50_000;

/** A map or a list: it may be gone through twice. */
type Apps = { values(): Iterable<Pick<App, 'pods'>> };

/** What image IDs were found to be. Those that are known stay so: a digest never means anything else. */
export class Identities {
  readonly #operator: Pick<Operator, 'images' | 'droplets'>;
  readonly #stacks = new Map<string, string | undefined>();
  /** by digest; several guids rarely share one */
  readonly #known = new Map<string, { guid: string; identity: Identity }[]>();
  readonly #doubted = new Map<string, number>();
  /** those of which nothing is left to be learnt */
  readonly #settled = new WeakSet<object>();
  readonly #shown = new WeakMap<App, string>();

  constructor(operator: Pick<Operator, 'images' | 'droplets'>) {
    this.#operator = operator;
  }

  readonly identify: Identify = (guid, digest) =>
    this.#known.get(digest)?.find((known) => known.guid === guid)?.identity;

  /**
   * Asks the facade about all image IDs of `apps`, which are never changed, that it was not asked about.
   * @throws Failure where it cannot say
   */
  async learn(apps: Apps, now: number): Promise<void> {
    const wanted = new Map<string, { guid: string; digest: Digest }>();
    let count = 0;
    for (const app of apps.values()) {
      count += app.pods.length;
      if (this.#settled.has(app)) continue;
      const images = imagesOf(app);
      const open = images.filter(({ guid, digest }) => this.#isOpen(guid, digest, now));
      for (const image of open) wanted.set(keyOf(image.guid, image.digest), image);
      if (images.every(({ guid, digest }) => this.#isCertain(guid, digest))) this.#settled.add(app);
    }
    if (wanted.size === 0) return;
    if (this.#known.size + wanted.size > 2 * count + spare) this.#forgetAllBut(apps);
    for await (const { guid, digest, origin } of this.#operator.images.identifyAll([...wanted.values()])) {
      const key = keyOf(guid, digest);
      const { rootfs, droplet } = origin ?? {};
      const isKnown = rootfs !== undefined && droplet !== undefined;
      this.#keep(guid, digest, isKnown ? { ...rootfs, hash: droplet.hash } : 'unknown');
      if (isKnown) this.#doubted.delete(key);
      else this.#doubted.set(key, now);
    }
  }

  #forgetAllBut(apps: Apps): void {
    const digests = new Set<string>(
      [...apps.values()].flatMap((app) => imagesOf(app).map(({ digest }) => digest)),
    );
    for (const digest of this.#known.keys()) if (!digests.has(digest)) this.#known.delete(digest);
    this.#doubted.clear();
    this.#stacks.clear();
  }

  /** The stack that an app's images name, or that one of its pods shows; undefined where nothing does yet. */
  shownStackOf(app: App): string | undefined {
    const known = this.#shown.get(app);
    if (known !== undefined) return known;
    const shown = shownBy(app, this.identify);
    if (shown !== undefined) this.#shown.set(app, shown);
    return shown;
  }

  /** The stack of an app of which no pod has shown anything; undefined where it has no pods, or nobody knows its droplet. */
  async stackOf(app: App): Promise<string | undefined> {
    const hash = hashOf(app);
    if (!isPresent(app) || hash === undefined) return undefined;
    const name = `${app.guid} ${hash}`;
    if (!this.#stacks.has(name)) this.#stacks.set(name, await this.#ask(app.guid, hash));
    return this.#stacks.get(name);
  }

  async #ask(guid: string, hash: string): Promise<string | undefined> {
    try {
      return (await this.#operator.droplets.get(guid, hash)).stack;
    } catch (error) {
      if (isFailure(error, 'not-found')) return undefined;
      throw error;
    }
  }

  #keep(guid: string, digest: string, identity: Identity): void {
    const others = this.#known.get(digest)?.filter((known) => known.guid !== guid) ?? [];
    this.#known.set(digest, [...others, { guid, identity }]);
  }

  #isCertain(guid: string, digest: Digest): boolean {
    return this.identify(guid, digest) !== undefined && !this.#doubted.has(keyOf(guid, digest));
  }

  #isOpen(guid: string, digest: Digest, now: number): boolean {
    const doubted = this.#doubted.get(keyOf(guid, digest));
    return doubted === undefined ? this.identify(guid, digest) === undefined : now - doubted > doubtFor;
  }
}

function shownBy({ pods, workloads }: App, identify: Identify): string | undefined {
  for (const { containers } of [...pods, ...workloads])
    for (const { image } of containers) if (image.stack !== undefined) return image.stack;
  for (const pod of pods) {
    const running = runningOf(pod, identify);
    if (typeof running !== 'string') return running.stack;
  }
  return undefined;
}

/** What its pods report. */
function imagesOf({ pods }: Pick<App, 'pods'>): { guid: string; digest: Digest }[] {
  return pods.flatMap(({ containers }) =>
    containers.flatMap(({ image: { guid }, imageId }) => {
      const digest = digestOfImageId(imageId);
      return digest === undefined ? [] : [{ guid, digest }];
    }),
  );
}

function keyOf(guid: string, digest: string): string {
  return `${guid} ${digest}`;
}
