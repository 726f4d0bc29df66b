import type { Readable } from 'node:stream';
import type { CollectOptions } from '../collect/collect.ts';
import type { CollectionReport } from '../collect/report.ts';
import type { NeedsRecord } from '../droplet/needs.ts';
import type { DropletRecord, RefusalRecord } from '../droplet/record.ts';
import type { SizeClass } from '../droplet/size-class.ts';
import type { Breaks } from '../image/breaks.ts';
import type { Origin } from '../image/labels.ts';
import type { Contents } from '../rootfs/contents/contents.ts';
import type { RootfsRecord } from '../rootfs/record.ts';
import type { StackRecord } from '../rootfs/stack-record.ts';
import type { AuditPage, AuditQuery } from './audit/read-audit.ts';

/** A rootfs version as lists show it. `placed`: how many guids are placed on it. */
export type VersionSummary = {
  stack: string;
  version: string;
  os: string;
  architecture: string;
  /** bytes of all layers as they are pulled */
  size: number;
  layers: number;
  packages: number;
  promoted: boolean;
  placed: number;
  retired: boolean;
};

export type ImportOptions = {
  /** what messages call the file, where its path would mean nothing to people */
  name?: string | undefined;
  sha256?: string | undefined;
  os?: string | undefined;
  architecture?: string | undefined;
  osVersion?: string | undefined;
};

export type PullOptions = Omit<ImportOptions, 'name'> & {
  /** whether a registry on another machine may be asked over plain HTTP */
  plainHttp?: boolean | undefined;
};

export type DropletSummary = {
  guid: string;
  hash: string;
  stack: string;
  state: 'stored' | 'converted' | 'refused' | 'deleted';
  /** bytes of the droplet in the source; undefined where only its layer is left */
  size?: number | undefined;
};

export type DropletDetails = DropletSummary & {
  record?: DropletRecord;
  needs?: NeedsRecord;
  refusal?: RefusalRecord;
};

/** How many guids have a droplet that is not deleted, by stack. */
export type AppCounts = {
  /** when they began to be counted, RFC 3339 */
  at: string;
  apps: Record<string, number>;
};

/** Of the refusals, the latest first, those of a rule, so many at the most after so many others. */
export type RefusalQuery = {
  rule?: string | undefined;
  skip?: number | undefined;
  limit?: number | undefined;
};

export type PutOptions = {
  wait: boolean;
  stack?: string | undefined;
  /** SHA-256 in hex that a header announced */
  sha256?: string | undefined;
};

export type PutResult = {
  guid: string;
  hash: string;
  sha1: string;
  sha256: string;
  size: number;
  created: boolean;
  /** whether anything is other than before; true also where it is not known */
  changed: boolean;
};

/** One layer of an image, and where it comes from. */
export type ImageLayer = { from: string; mediaType: string; digest: string; size: number; diffId: string };

export type ImageDetails = {
  reference: string;
  digest: string;
  config: string;
  os: string;
  architecture: string;
  origin: Origin;
  layers: ImageLayer[];
};

/** What verifying a droplet found: an empty list is good. */
export type Verification = { guid: string; hash: string; problems: string[] };

/** A droplet as a source lists it: `size` in bytes, `modified` in milliseconds since the epoch. */
export type StoredDroplet = { guid: string; hash: string; size: number; modified: number };

/** What warming did: converted it, or found it converted, of another stack, or deleted. */
export type Warmed = {
  guid: string;
  hash: string;
  outcome: 'converted' | 'known' | 'elsewhere' | 'deleted';
};

export type DropletName = { guid: string; hash: string };

/** What another version under a droplet would mean. Nothing is converted by asking: of other droplets it says why not. */
export type DropletImpact = DropletName &
  (
    | { state: 'unconverted' | 'refused' | 'deleted' | 'absent' }
    | (Breaks & {
        state: 'converted';
        /** of its layer as it is pulled */
        bytes: number;
        /** of its layer's tar */
        diffBytes: number;
        buildpack?: string;
        sizeClass: SizeClass;
        /** the same for droplets that want the same libraries of their rootfs */
        libraries: string;
        /** files that may need more than is known of them */
        unknown: number;
      })
  );

/** A manifest or config that something runs of a guid. */
export type ImageName = { guid: string; digest: string };

/** Without an origin it was never served. */
export type Identified = ImageName & { origin?: Origin };

/** What is kept of a roll. Sizes in bytes; `modified` in milliseconds since the epoch, of the last paper. */
export type RollSummary = { roll: string; papers: number; size: number; modified: number };

export type PaperSummary = { paper: string; size: number; modified: number };

/** Rootfs versions, and what is served over which. */
export interface RootfsOperator {
  stacks(): Promise<StackRecord[]>;
  stack(stack: string): Promise<StackRecord>;
  versions(stack?: string): Promise<VersionSummary[]>;
  version(stack: string, version: string): Promise<RootfsRecord>;
  contents(stack: string, version: string): Promise<Contents>;
  import(stack: string, version: string, path: string, options: ImportOptions): Promise<RootfsRecord>;
  /**
   * The same from an image in a registry; `sha256` is that of its manifest or index.
   * @throws Failure `busy` while it is still being pulled: ask again
   */
  pull(stack: string, version: string, reference: string, options: PullOptions): Promise<RootfsRecord>;
  promote(stack: string, version: string): Promise<StackRecord>;
  retire(stack: string, version: string): Promise<StackRecord>;
  /** `null` takes a placement away. */
  place(
    stack: string,
    placements: Record<string, string | null>,
    ifGeneration?: number,
  ): Promise<StackRecord>;
  /**
   * Says which versions run, so that nobody retires them; without any, the mark of `holder` goes. It holds for seven days, and
   * said again within a day changes nothing.
   */
  markInUse(stack: string, holder: string, versions: readonly string[]): Promise<StackRecord>;
}

export interface ImpactOperator {
  /**
   * What `version` under these droplets, any number of them, would mean.
   * @param from what lies under them: what both versions lack breaks nothing
   * @throws Failure `not-found` where a version was never imported
   */
  droplets(
    stack: string,
    version: string,
    droplets: readonly DropletName[],
    from?: string,
  ): AsyncIterable<DropletImpact>;
}

export interface DropletOperator {
  /** By name. Of all it is long, and takes as long as the stores take to list what they have. */
  list(guid?: string): Promise<DropletSummary[]>;
  /** What was counted last, where that is not long ago. */
  count(): Promise<AppCounts>;
  get(guid: string, hash: string): Promise<DropletDetails>;
  /**
   * Stores, and converts: with `wait` before it answers, and a droplet that is refused is then not kept; else afterwards.
   */
  put(guid: string, hash: string, body: Readable, options: PutOptions): Promise<PutResult>;
  /** @returns whether that changed anything; true also where it is not known */
  remove(guid: string, hash: string): Promise<boolean>;
  /** @returns as `remove` */
  assignStack(guid: string, stack: string): Promise<boolean>;
  verify(guid: string, hash: string): Promise<Verification>;
  /** The latest first. */
  refusals(query?: RefusalQuery): Promise<RefusalRecord[]>;
  /** How many droplets break each rule. */
  refusalRules(): Promise<Record<string, number>>;
}

export interface ImageOperator {
  /** Resolves as a pull would, `<repository>:<tag>` or `<repository>@<digest>`. */
  show(reference: string): Promise<ImageDetails>;
  /** What an image is made of, from the digest of its manifest or config. */
  identify(guid: string, digest: string): Promise<Origin>;
  /** The same of any number. */
  identifyAll(images: readonly ImageName[]): AsyncIterable<Identified>;
}

export interface WarmOperator {
  /** The droplets of the sources in no particular order; with `since` those that changed then or later. */
  stored(since?: number): AsyncIterable<StoredDroplet>;
  /**
   * Converts a droplet of `stack` ahead; with `version` its image over that version is made and kept as well.
   * @throws what a pull throws; Failure `busy` while it is still being converted: ask again
   */
  warm(stack: string, guid: string, hash: string, version?: string): Promise<Warmed>;
}

/** What is written of rolls, and kept for ever. */
export interface RollOperator {
  /** By name. */
  list(stack: string): Promise<RollSummary[]>;
  /** By name; none where there is no such roll. */
  papers(stack: string, roll: string): Promise<PaperSummary[]>;
  read(stack: string, roll: string, paper: string): Promise<Buffer | undefined>;
  /**
   * Keeps a paper, JSON or HTML.
   * @throws Failure `conflict` where `first` is set and there is one with another content
   */
  write(
    stack: string,
    roll: string,
    paper: string,
    bytes: Uint8Array,
    options: { first: boolean },
  ): Promise<void>;
}

export type CollectionOptions = CollectOptions;

export interface CollectionOperator {
  /**
   * Removes what is over and what nothing names; with `dryRun` it only tells.
   * @throws Failure `conflict` where it runs already, or stops because too much would go
   */
  run(options: CollectionOptions): Promise<CollectionReport>;
}

export interface AuditOperator {
  /** What was changed, or was to be. */
  list(query: AuditQuery): Promise<AuditPage>;
}

/** All that an operator can do: on a store (`local-*.ts`), or through a facade (`cli/remote.ts`). */
export type Operator = {
  rootfs: RootfsOperator;
  impact: ImpactOperator;
  droplets: DropletOperator;
  images: ImageOperator;
  rolls: RollOperator;
  warming: WarmOperator;
  collection: CollectionOperator;
  audit: AuditOperator;
};
