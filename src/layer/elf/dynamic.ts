import { Failure } from '../../errors.ts';
import type { ElfFile } from './file.ts';
import { nameReader, type NameBudget } from './names.ts';
import { readSegments, segmentType, type Segment } from './segments.ts';
import { readDefinitions, readRequirements, type Requirement } from './versions.ts';

/** What binds a file to others when it is loaded. */
export type Linkage = {
  soname?: string;
  /** The libraries that are loaded with it, in order. */
  needed: string[];
  /** The symbol versions that it defines, without the one that only repeats its own name. */
  provides: string[];
  /** The symbol versions without which it does not start, by the library that must define them. */
  requires: Requirement[];
};

const tag = {
  end: 0,
  needed: 1,
  strings: 5,
  stringsSize: 10,
  soname: 14,
  definitions: 0x6ffffffc,
  requirements: 0x6ffffffe,
};

/** Real dynamic sections have some dozens of entries. */
const mostEntries = 8192;

/**
 * Fills `found` from the dynamic section, which a static program lacks.
 * @throws Failure `invalid`, `too-large`; what was read until then stays
 */
export function readDynamic(file: ElfFile, found: Linkage, budget: NameBudget): void {
  const segments = readSegments(file);
  const dynamic = segments.find((segment) => segment.type === segmentType.dynamic);
  // A file of debug symbols keeps the program header but not the section.
  if (dynamic === undefined || dynamic.size === 0) return;
  const entries = readEntries(file, dynamic);
  const value = (wanted: number): number | undefined => entries.find((entry) => entry.tag === wanted)?.value;
  const place = (wanted: number): number | undefined => offsetOf(segments, value(wanted));

  const table = { start: place(tag.strings) ?? 0, size: value(tag.stringsSize) ?? 0 };
  const name = nameReader(file, table, budget);
  const soname = value(tag.soname);
  if (soname !== undefined) found.soname = name(soname);
  for (const entry of entries) if (entry.tag === tag.needed) found.needed.push(name(entry.value));
  const definitions = place(tag.definitions);
  if (definitions !== undefined) readDefinitions(file, name, definitions, found.provides);
  const requirements = place(tag.requirements);
  if (requirements !== undefined) readRequirements(file, name, requirements, found.requires);
}

function readEntries(file: ElfFile, dynamic: Segment): { tag: number; value: number }[] {
  const width = file.identity.class / 8;
  const entries: { tag: number; value: number }[] = [];
  const end = dynamic.offset + dynamic.size;
  for (let at = dynamic.offset; at + 2 * width <= end; at += 2 * width) {
    const entry = { tag: file.word(at), value: file.word(at + width) };
    if (entry.tag === tag.end) break;
    entries.push(entry);
    if (entries.length > mostEntries) throw new Failure('invalid', 'its ELF dynamic section is too long');
  }
  return entries;
}

/** Where in the file lies what the loader would find at `address`. */
function offsetOf(segments: Segment[], address: number | undefined): number | undefined {
  if (address === undefined) return undefined;
  const segment = segments.find(
    ({ type, address: start, size }) =>
      type === segmentType.load && address >= start && address < start + size,
  );
  if (segment === undefined) throw new Failure('invalid', 'its ELF tables lie in no loaded segment');
  return segment.offset + (address - segment.address);
}
