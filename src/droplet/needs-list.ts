import type { Elf } from '../layer/elf.ts';
import type { ElfGroup, ElfNeeds, ListedFile, UnknownFile } from './needs.ts';

/** The programs and libraries of a droplet as they come, those with the same needs together. */
export class NeedsList {
  readonly #groups = new Map<string, ElfGroup>();
  readonly #unknown: UnknownFile[] = [];
  #elfFiles = 0;
  #unlisted = 0;
  #room: number;

  /** @param room bytes that the lists may have as JSON */
  constructor(room: number) {
    this.#room = room;
  }

  /** Answers whether there was room for it. */
  add(path: string, elf: Elf): boolean {
    this.#elfFiles++;
    const { problem } = elf;
    const added = problem === undefined ? this.#addKnown(path, elf) : this.#addUnknown({ path, problem });
    if (!added) this.#unlisted++;
    return added;
  }

  /** Counts a file that is not listed. */
  leaveOut(): void {
    this.#elfFiles++;
    this.#unlisted++;
  }

  get needs(): ElfNeeds {
    const groups = [...this.#groups.values()];
    return {
      machines: sorted(groups.map(({ machine }) => machine)),
      elfFiles: this.#elfFiles,
      groups,
      brings: bringsOf(groups, this.#unknown),
      unknown: this.#unknown,
      unlisted: this.#unlisted,
    };
  }

  #addKnown(path: string, elf: Elf): boolean {
    const { soname } = elf;
    const file: ListedFile = { path, ...(soname === undefined ? {} : { soname }) };
    const needs = needsOf(elf);
    const key = JSON.stringify({ ...needs, files: [] });
    const group = this.#groups.get(key);
    if (!this.#takeRoom(JSON.stringify(file) + (group === undefined ? key : ''))) return false;
    if (group === undefined) this.#groups.set(key, { ...needs, files: [file] });
    else group.files.push(file);
    return true;
  }

  #addUnknown(file: UnknownFile): boolean {
    if (!this.#takeRoom(JSON.stringify(file))) return false;
    this.#unknown.push(file);
    return true;
  }

  #takeRoom(json: string): boolean {
    this.#room -= Buffer.byteLength(json) + comma;
    return this.#room >= 0;
  }
}

const comma = 1;

/** Sorted, because the order differs between builds of the same program and means nothing to a rootfs. */
function needsOf({ class: wordSize, machine, needed, requires }: Elf): Omit<ElfGroup, 'files'> {
  const byLibrary = [...Map.groupBy(requires, ({ file }) => file)].map(([library, requirements]) => ({
    library,
    versions: sorted(requirements.flatMap(({ versions }) => versions)),
  }));
  return {
    class: wordSize,
    machine,
    needed: sorted(needed),
    requires: byLibrary.toSorted((a, b) => (a.library < b.library ? -1 : 1)),
  };
}

/** A library is found by its file name; its soname is the name of the links that lead to it. */
function bringsOf(groups: readonly ElfGroup[], unknown: readonly UnknownFile[]): string[] {
  const wanted = new Set(
    groups.flatMap(({ needed, requires }) => [...needed, ...requires.map(({ library }) => library)]),
  );
  const files: readonly ListedFile[] = [...groups.flatMap((group) => group.files), ...unknown];
  const own = files.flatMap(({ path, soname }) => [
    path.slice(path.lastIndexOf('/') + 1),
    ...(soname === undefined ? [] : [soname]),
  ]);
  return sorted(own.filter((name) => wanted.has(name)));
}

/** Each once, by code unit. */
function sorted(names: Iterable<string>): string[] {
  return [...new Set(names)].toSorted();
}
