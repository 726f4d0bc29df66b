import { pax, type RawEntry } from '../droplet/raw-tar.ts';
import { entriesOf, type Form } from './form.ts';
import type { Meta } from './meta.ts';
import { spell } from './names.ts';
import type { Wish } from './wish.ts';

/** Makes wishes true, one after the other, in what is there by then. */
export class Grower {
  /** Entries of a directory come in any order, not as from a walk. */
  readonly #wild: boolean;
  readonly #directories = [''];
  /** The directory that the walk is in, and those above it. */
  #path = [''];
  readonly #others: { name: string; meta: Meta; form: Form }[] = [];
  readonly #taken = new Set<string>();

  constructor(wild: boolean) {
    this.#wild = wild;
  }

  grow(wishes: readonly Wish[]): RawEntry[] {
    return wishes.flatMap((one) => this.#entries(one));
  }

  #entries(wished: Wish): RawEntry[] {
    const { kind, chosen } = wished;
    if (kind === 'global') return [{ ...pax(...globals(wished)), type: 'g' }];
    if (kind === 'label') return [{ name: labels[chosen % labels.length] ?? '', type: 'V' }];
    if (kind === 'directory') return this.#directory(wished, this.#newDirectory(wished));
    if (kind === 'again') return this.#directory(wished, this.#known(chosen) ?? this.#newDirectory(wished));
    return kind === 'hardlink' ? this.#hardlink(wished) : this.#other(wished);
  }

  #directory(wished: Wish, name: string): RawEntry[] {
    const { form: its, alike, chosen, spelling: spelled } = wished;
    const old = its.dialect === 'v7' && alike && chosen % 2 === 0;
    const end = old ? '/' : (ends[chosen % ends.length] ?? '');
    // Capabilities are only of use to files.
    const own = without(wished.meta, 'security.capability');
    return entriesOf(
      { type: old ? '\0' : '5', name: spell(name, spelled) + end, link: '', body: '', meta: own },
      its,
    );
  }

  #hardlink(wished: Wish): RawEntry[] {
    const earlier = this.#others[wished.chosen % this.#others.length];
    if (earlier === undefined) return this.#other(wished);
    const name = this.#newName(wished);
    const its = wished.alike ? earlier : wished;
    this.#others.push({ name, meta: its.meta, form: its.form });
    const link = spell(earlier.name, wished.spelling);
    return entriesOf(
      { type: '1', name: spell(name, wished.spelling), link, body: '', meta: its.meta },
      its.form,
    );
  }

  #other(wished: Wish): RawEntry[] {
    const { kind, body, link, form: its } = wished;
    const name = this.#newName(wished);
    const special = kind === 'symlink' || kind === 'fifo';
    // Linux has attributes of users on files and directories only.
    const own = special && wished.alike ? without(wished.meta, 'user.') : wished.meta;
    this.#others.push({ name, meta: own, form: its });
    return entriesOf(
      {
        type: typeflags[kind] ?? '0',
        name: spell(name, wished.spelling),
        link: kind === 'symlink' ? link : '',
        body: special ? '' : body,
        meta: own,
      },
      its,
    );
  }

  #known(chosen: number): string | undefined {
    const named = this.#directories.slice(1);
    return named[chosen % named.length];
  }

  #newDirectory(wished: Wish): string {
    const name = this.#newName(wished);
    this.#enter(name);
    return name;
  }

  #newName({ parent, between, name }: Wish): string {
    const choice = this.#wild ? this.#directories : this.#path;
    const at = parent % choice.length;
    let path = choice[at] ?? '';
    this.#path = this.#path.slice(0, at + 1);
    for (const part of between) {
      path = this.#free(path === '' ? part : `${path}/${part}`);
      this.#enter(path);
    }
    return this.#free(path === '' ? name : `${path}/${name}`);
  }

  #enter(directory: string): void {
    this.#directories.push(directory);
    this.#path.push(directory);
  }

  #free(wanted: string): string {
    const parent = wanted.slice(0, wanted.lastIndexOf('/') + 1);
    let name = wanted;
    for (let turn = 0; this.#taken.has(name); turn++) name = `${parent}${turn}`;
    this.#taken.add(name);
    return name;
  }
}

const typeflags: Partial<Record<Wish['kind'], string>> = {
  symlink: '2',
  fifo: '6',
  contiguous: '7',
  old: '\0',
};
const labels = ['droplet', '/droplet', 'of ../all', '../droplet'];
const ends = ['/', '/', '/', '/', '/', '', '//', '/.'];

function globals({ meta: { seconds, fraction, records } }: Wish): [string, string][] {
  return [
    ['comment', 'of all'],
    ['mtime', `${seconds}${fraction}`],
    ...records.filter(([, value]) => value !== ''),
  ];
}

function without(from: Meta, start: string): Meta {
  return { ...from, attributes: from.attributes.filter(([name]) => !name.startsWith(start)) };
}
