import { Failure } from '../errors.ts';
import type { CachedFacts } from '../image/facts.ts';
import { requireGuid, requireHolder, requireStack, requireVersion } from '../oci/names.ts';
import { readContents } from '../rootfs/contents-record.ts';
import type { Contents } from '../rootfs/contents/contents.ts';
import { importImage } from '../rootfs/import-image.ts';
import { importRootfs } from '../rootfs/import.ts';
import type { RootfsRecord } from '../rootfs/record.ts';
import type { StackRecord } from '../rootfs/stack-record.ts';
import type { Stacks } from '../rootfs/stacks.ts';
import type { Store } from '../store/store.ts';
import { noVersion } from './no-version.ts';
import type { ImportOptions, PullOptions, RootfsOperator, VersionSummary } from './operator.ts';

export type RootfsParts = {
  own: Store;
  stacks: Stacks;
  facts: CachedFacts;
  temporaryDirectory: string;
  /** file with credentials for registries, in the form of docker's `config.json` */
  registryAuth: string | undefined;
};

/** What operators do with rootfs versions and stacks, on the store itself. `by` stands in the history. */
export class LocalRootfs implements RootfsOperator {
  readonly #parts: RootfsParts;
  readonly #by: string;

  constructor(parts: RootfsParts, by: string) {
    this.#parts = parts;
    this.#by = by;
  }

  async stacks(): Promise<StackRecord[]> {
    return this.#parts.stacks.list();
  }

  async stack(stack: string): Promise<StackRecord> {
    requireStack(stack);
    const record = await this.#parts.stacks.get(stack);
    if (record === undefined)
      throw new Failure('not-found', `No stack ${stack}: import a rootfs version into it first`);
    return record;
  }

  async versions(stack?: string): Promise<VersionSummary[]> {
    const { stacks, facts } = this.#parts;
    if (stack !== undefined) requireStack(stack);
    const names = stack === undefined ? (await stacks.names()).toSorted() : [stack];
    const found: VersionSummary[] = [];
    for (const name of names) found.push(...(await stacks.versions(name, facts)).map(summarise));
    return found;
  }

  async version(stack: string, version: string): Promise<RootfsRecord> {
    requireNames(stack, version);
    const record = await this.#parts.stacks.rootfs(stack, version);
    if (record === undefined) throw noVersion(stack, version);
    return record;
  }

  async contents(stack: string, version: string): Promise<Contents> {
    requireNames(stack, version);
    const contents = await readContents(this.#parts.own, stack, version);
    if (contents === undefined) throw noVersion(stack, version);
    return contents;
  }

  async import(stack: string, version: string, path: string, options: ImportOptions): Promise<RootfsRecord> {
    const { own, temporaryDirectory, facts } = this.#parts;
    const record = await importRootfs(own, { ...options, stack, version, path, temporaryDirectory });
    facts.forgetStack(stack);
    return record;
  }

  async pull(stack: string, version: string, reference: string, options: PullOptions): Promise<RootfsRecord> {
    const { own, temporaryDirectory, facts, registryAuth } = this.#parts;
    const request = { ...options, stack, version, reference, registryAuth, temporaryDirectory };
    const record = await importImage(own, request);
    facts.forgetStack(stack);
    return record;
  }

  async promote(stack: string, version: string): Promise<StackRecord> {
    requireNames(stack, version);
    return this.#changed(stack, this.#parts.stacks.promote(stack, version, this.#by));
  }

  async retire(stack: string, version: string): Promise<StackRecord> {
    requireNames(stack, version);
    return this.#changed(stack, this.#parts.stacks.retire(stack, version, this.#by));
  }

  async place(
    stack: string,
    placements: Record<string, string | null>,
    ifGeneration?: number,
  ): Promise<StackRecord> {
    requireStack(stack);
    for (const [guid, version] of Object.entries(placements)) {
      requireGuid(guid);
      if (version !== null) requireVersion(version);
    }
    return this.#changed(stack, this.#parts.stacks.place(stack, placements, this.#by, ifGeneration));
  }

  async markInUse(stack: string, holder: string, versions: readonly string[]): Promise<StackRecord> {
    requireStack(stack);
    requireHolder(holder);
    for (const version of versions) requireVersion(version);
    return this.#changed(stack, this.#parts.stacks.markInUse(stack, holder, versions, this.#by));
  }

  async #changed(stack: string, change: Promise<StackRecord>): Promise<StackRecord> {
    const record = await change;
    this.#parts.facts.forgetStack(stack);
    return record;
  }
}

function summarise(item: Awaited<ReturnType<Stacks['versions']>>[number]): VersionSummary {
  const { record, promoted, placed, retired } = item;
  return {
    stack: record.stack,
    version: record.version,
    os: record.os,
    architecture: record.architecture,
    size: record.layers.reduce((sum, layer) => sum + layer.size, 0),
    layers: record.layers.length,
    packages: record.contents.packages,
    promoted,
    placed,
    retired,
  };
}

function requireNames(stack: string, version: string): void {
  requireStack(stack);
  requireVersion(version);
}
