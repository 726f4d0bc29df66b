import { Breach } from './breach.ts';
import { displayName, parseEntryName, type EntryName } from './entry-name.ts';
import { mtimeOf, rawName, readEntry, sizeOf, type Entry } from './entry.ts';
import { Extensions, isExtension, type ExtensionType } from './extensions.ts';
import type { LayerEntry, Owner } from './layer-entry.ts';
import { LayerOutput } from './layer-output.ts';
import { DropletRefused } from './refusal.ts';
import { NeedsCollector } from './needs-collector.ts';
import type { ElfNeeds } from './needs.ts';
import type { Limits } from './rules.ts';
import { checkHeader, readNumber, readText } from '../layer/tar-header.ts';
import { TarFault } from '../layer/tar-fault.ts';
import { TarScanner, type Body } from './tar-scanner.ts';
import { Tree, type Kind } from './tree.ts';
import { Warnings } from './warnings.ts';

export type RewriteOptions = {
  limits: Limits;
  /** `preserve`: owners stay as they are in the droplet. */
  owner: Owner | 'preserve';
  /** `strip`: setuid and setgid bits and file capabilities go. */
  special: 'strip' | 'keep';
};

export type RewriteSummary = {
  /** in the layer, `home/vcap/` included */
  entries: number;
  bytesIn: number;
  bytesOut: number;
  /** seconds since the epoch of the droplet's `./` entry, else 0 */
  rootTime: number;
  /** the bytes of `./staging_info.yml`, where it is a file of 64 KiB at the most */
  stagingInfo: Buffer | undefined;
  /** what its programs and libraries need to be loaded */
  needs: ElfNeeds;
  warnings: string[];
};

const maxStagingInfo = 64 * 1024;
/** Beyond the year 9999 nothing that prints times can be relied on. */
const lastTime = 253_402_300_799;

/**
 * Turns the tar of a droplet into the tar of a layer that has the droplet at `home/vcap/`. Bodies pass as slices of the
 * chunks that they came in; output and verdict depend on the bytes alone, not on how they are cut.
 */
export class LayerRewriter {
  readonly #limits: Limits;
  readonly #scanner: TarScanner;
  readonly #extensions: Extensions;
  readonly #tree: Tree;
  readonly #output: LayerOutput;
  readonly #needs = new NeedsCollector();
  readonly #warnings = new Warnings();
  #current = { name: '', offset: 0 };
  #rootTime = 0;
  #stagingInfo: Buffer | undefined;

  constructor({ limits, owner, special }: RewriteOptions) {
    this.#limits = limits;
    this.#scanner = new TarScanner(limits.maxBytes, (block, offset) => this.#header(block, offset));
    this.#extensions = new Extensions();
    this.#tree = new Tree(limits.maxEntries);
    this.#output = new LayerOutput(limits.maxBytes, { owner, special, maxPaxBytes: limits.maxPaxBytes });
  }

  /**
   * Takes the next bytes of the droplet's tar, as many as there are, and gives those of the layer that follow from them: the
   * chunk itself, edited in place, and what has to come between its parts.
   * @throws DropletRefused; the rewriter is of no use afterwards
   */
  write(chunk: Buffer): Buffer[] {
    return this.#give(() => {
      this.#scanner.write(chunk, (slice) => {
        this.#output.write(slice);
        this.#needs.write(slice);
      });
    });
  }

  /**
   * Gives the layer's last bytes.
   * @throws DropletRefused when the archive did not end as it should
   */
  end(): Buffer[] {
    return this.#give(() => {
      this.#scanner.end();
      if (this.#extensions.pending) throw new Breach('ambiguous', 'an extended header has no entry after it');
      this.#output.end();
    });
  }

  /** What was seen so far; all of it once `end` was called. */
  get summary(): RewriteSummary {
    return {
      entries: this.#output.entries,
      bytesIn: this.#scanner.bytesIn,
      bytesOut: this.#output.bytes,
      rootTime: this.#rootTime,
      stagingInfo: this.#stagingInfo,
      needs: this.#needs.needs,
      warnings: this.#warnings.lines,
    };
  }

  #give(work: () => void): Buffer[] {
    try {
      work();
    } catch (error) {
      if (error instanceof Breach) throw this.#refusal(error);
      if (error instanceof TarFault) throw this.#refusal(new Breach(error.fault, error.message));
      throw error;
    }
    return this.#output.take();
  }

  #refusal({ rule, message, offset }: Breach): DropletRefused {
    const place = offset === undefined ? this.#current : { name: '', offset };
    const entry = displayName(place.name);
    return new DropletRefused(undefined, { rule, entry, offset: place.offset, detail: message });
  }

  #header(block: Buffer, offset: number): Body {
    this.#current = { name: '', offset };
    checkHeader(block);
    const flag = readText(block, 'typeflag');
    if (isExtension(flag)) return this.#extension(flag, Buffer.from(block));
    const extension = this.#extensions.take();
    this.#current = { name: rawName(block, extension), offset };
    if (flag === 'V') return { size: sizeOf(block, extension), pass: false };
    const entry = readEntry(block, extension, this.#limits);
    const target = entry.type === 'hardlink' ? parseEntryName(entry.link, 'target', this.#limits) : undefined;
    return this.#entry({ block, extension, entry, target });
  }

  #extension(flag: ExtensionType, block: Buffer): Body {
    const size = readNumber(block, 'size');
    const { maxPaxBytes } = this.#limits;
    if (size > maxPaxBytes) {
      throw new Breach('pax-bytes', `an extended header has ${size} bytes, over the bound of ${maxPaxBytes}`);
    }
    return {
      size,
      pass: false,
      keep: (body) => {
        this.#extensions.add(flag, block, body.toString('latin1'));
      },
    };
  }

  #entry(from: LayerEntry): Body {
    const { entry, target } = from;
    const { name, size } = entry;
    if (name.parts.length === 0) return this.#root(from);
    const kind = target === undefined ? kindOf(entry) : this.#kindOfTarget(target);
    this.#tree.add(name.parts, kind, this.#current.offset);
    if (kind === 'fifo') {
      this.#warn('left out, because it is a fifo');
      return { size, pass: false };
    }
    this.#write(from);
    // Nothing else has a body that passes.
    if (entry.type === 'file') this.#needs.begin(name.parts, size);
    const wanted =
      entry.type === 'file' && size <= maxStagingInfo && name.parts.join('/') === 'staging_info.yml';
    if (!wanted) return { size, pass: true };
    return { size, pass: true, keep: (body) => (this.#stagingInfo = body) };
  }

  /** `home/vcap/` comes once, and first: whatever the droplet says of it later is too late. */
  #root(from: LayerEntry): Body {
    if (this.#output.entries > 0) {
      this.#warn('left out, because home/vcap/ is in the layer already');
      return { size: 0, pass: false };
    }
    const time = mtimeOf(from.block, from.extension);
    this.#rootTime = time < 0 || time > lastTime ? 0 : time;
    this.#write(from);
    return { size: 0, pass: true };
  }

  #kindOfTarget({ parts, slash }: EntryName): Kind {
    const kind = this.#tree.kindOf(parts);
    if (kind === undefined) {
      throw new Breach(
        'hardlink',
        `its target ${JSON.stringify(displayName(parts.join('/')))} is not an earlier entry, and a layer keeps the order`,
      );
    }
    if (kind === 'directory' || slash)
      throw new Breach('hardlink', 'its target is a directory, or named as one');
    return kind;
  }

  #write(from: LayerEntry): void {
    this.#output.entry(from, (attribute) => {
      this.#warn(`without the extended attribute ${displayName(attribute)}, which controls overlayfs`);
    });
  }

  #warn(what: string): void {
    this.#warnings.add(`${displayName(this.#current.name)} at byte ${this.#current.offset}: ${what}`);
  }
}

/** A hard link is what it leads to, which only the tree knows. */
function kindOf({ type }: Entry): Kind {
  return type === 'hardlink' ? 'file' : type;
}
