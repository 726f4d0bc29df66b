import type { Manifest } from './manifest.ts';

/** What one node holds, by digest; of a manifest, what it names. */
export interface ContentStore {
  /** A pull holds what it finds and brings, whatever becomes of other pulls. */
  lease(): Lease;
  clear(): void;
}

export interface Lease {
  /** Answers at once what is there; else has it brought, by one pull at a time. */
  need(digest: string, bring: () => Promise<Manifest | undefined>): Promise<Manifest | undefined>;
  /** Ends. The content stays if the image is complete, or for as long as another pull holds it: the rest is collected. */
  end(isComplete: boolean): void;
}

export function createContentStore(): ContentStore {
  const kept = new Map<string, Manifest | undefined>();
  const leased = new Map<string, { manifest: Manifest | undefined; holders: number }>();
  const coming = new Map<string, Promise<unknown>>();

  const lease = (): Lease => {
    const mine = new Map<string, Manifest | undefined>();
    const hold = (digest: string, manifest: Manifest | undefined): void => {
      if (mine.has(digest)) return;
      mine.set(digest, manifest);
      leased.set(digest, { manifest, holders: (leased.get(digest)?.holders ?? 0) + 1 });
    };
    return {
      need: async (digest, bring) => {
        while (!kept.has(digest) && !leased.has(digest)) {
          const other = coming.get(digest);
          if (other !== undefined) {
            // Where it fails, it is this one's turn.
            await other.catch(() => undefined);
            continue;
          }
          const bringing = bring();
          coming.set(digest, bringing);
          try {
            hold(digest, await bringing);
          } finally {
            coming.delete(digest);
          }
        }
        const manifest = kept.get(digest) ?? leased.get(digest)?.manifest;
        hold(digest, manifest);
        return manifest;
      },
      end: (isComplete) => {
        for (const [digest, manifest] of mine) {
          const { holders } = leased.get(digest) ?? { holders: 1 };
          if (holders > 1) leased.set(digest, { manifest, holders: holders - 1 });
          else leased.delete(digest);
          if (isComplete) kept.set(digest, manifest);
        }
      },
    };
  };
  return { lease, clear: () => kept.clear() };
}
