import { Breach } from './breach.ts';
import { parsePax, type PaxRecord } from '../layer/pax.ts';
import { lastOwner } from '../layer/tar-header.ts';

/** Headers that speak of the next entry (`x` PAX, `L` GNU's long name, `K` long link) or of all that follow (`g`). */
export type ExtensionType = 'x' | 'L' | 'K' | 'g';

/** What was said of one entry. Texts hold one character a byte. */
export type Extension = {
  /** the entry's PAX records, the global ones that hold for it before its own */
  pax: readonly PaxRecord[];
  longName: string | undefined;
  longLink: string | undefined;
  /** the headers as they came */
  blocks: Partial<Record<ExtensionType, Buffer>>;
};

const bare: Extension = { pax: [], longName: undefined, longLink: undefined, blocks: {} };

export function isExtension(type: string): type is ExtensionType {
  return type === 'x' || type === 'L' || type === 'K' || type === 'g';
}

/** Collects what extended headers say until the entry comes that they speak of. */
export class Extensions {
  #globals = new Map<string, PaxRecord>();
  #pending: Extension | undefined;

  /** whether an entry has to follow */
  get pending(): boolean {
    return this.#pending !== undefined;
  }

  /**
   * @param body the bytes behind the header `block`
   * @throws Breach `pax`, `number`, `name`, `attribute`, `global`, `sparse`, `multi-volume`, `ambiguous`
   */
  add(type: ExtensionType, block: Buffer, body: string): void {
    if (type === 'g') {
      this.#setGlobals(parsePax(body));
      return;
    }
    const pending = this.#pending ?? bare;
    if (pending.blocks[type] !== undefined) {
      throw new Breach('ambiguous', `two extended headers of type ${type} precede one entry`);
    }
    const said = type === 'x' ? { pax: localRecords(body) } : longText(type, body);
    this.#pending = { ...pending, ...said, blocks: { ...pending.blocks, [type]: block } };
  }

  /** What holds for the entry that follows now. */
  take(): Extension {
    const taken = this.#pending ?? bare;
    this.#pending = undefined;
    if (this.#globals.size === 0) return taken;
    const own = new Set(taken.pax.map(({ key }) => key));
    const globals = [...this.#globals.values()].filter(({ key }) => !own.has(key));
    return { ...taken, pax: [...globals, ...taken.pax] };
  }

  /**
   * An empty value takes an earlier one back (POSIX pax, "pax Extended Header"). By that text, what a header does not name
   * stays as it was; GNU tar forgets it.
   */
  #setGlobals(records: PaxRecord[]): void {
    const named = new Map(records.map((record) => [record.key, record]));
    const forgotten = this.#globals.keys().find((key) => !named.has(key));
    if (forgotten !== undefined) {
      throw new Breach('global', `a second global PAX header does not say again what ${forgotten} is`);
    }
    for (const record of records) checkGlobal(record);
    const bytes = records.reduce((sum, { text }) => sum + text.length, 0);
    if (bytes > maxGlobalBytes) {
      throw new Breach('pax-bytes', `a global PAX header has ${bytes} bytes, over ${maxGlobalBytes}`);
    }
    this.#globals = new Map(
      named
        .entries()
        .filter(([key, { value }]) => value !== '' && key !== 'comment' && key !== 'GNU.volume.label'),
    );
  }
}

/** What holds for all is said again for each in the layer: more than real headers have would make a bomb of it. */
const maxGlobalBytes = 8192;

/** GNU tar gives an attribute that is to hold for all to no file. */
const neverGlobal = /^(?:(?:path|linkpath|size)$|GNU\.sparse\.|SCHILY\.xattr\.)/;

function checkGlobal(record: PaxRecord): void {
  const { key, value } = record;
  if (neverGlobal.test(key)) throw new Breach('global', `a global PAX header sets ${key}`);
  if (value !== '') checkRecord(record);
}

function localRecords(body: string): PaxRecord[] {
  const records = parsePax(body);
  for (const record of records) checkRecord(record);
  return records;
}

/**
 * GNU's long texts end at the first NUL; readers would hide what follows it. Without one, some go on into the padding.
 */
function longText(type: 'L' | 'K', body: string): Partial<Extension> {
  const end = body.indexOf('\0');
  if (end === -1) throw new Breach('ambiguous', 'a long name does not end in a NUL');
  const text = body.slice(0, end);
  if (/[^\0]/.test(body.slice(end))) throw new Breach('name', 'bytes follow the end of a long name');
  if (text === '') throw new Breach('name', 'a long name is empty');
  return type === 'L' ? { longName: text } : { longLink: text };
}

/** Records that decide how an entry is read. All others pass as they are. */
function checkRecord({ key, value }: PaxRecord): void {
  if (key.startsWith('GNU.sparse.')) throw new Breach('sparse', `the PAX record ${key} makes a sparse file`);
  if (/^GNU\.volume\.(?:filename|size|offset)$/.test(key)) {
    throw new Breach('multi-volume', `the PAX record ${key} makes a part of a file`);
  }
  if ((key === 'path' || key === 'linkpath') && value === '') {
    throw new Breach('name', `the PAX record ${key} is empty`);
  }
  if (key.startsWith(attributeKey)) checkAttribute(key.slice(attributeKey.length), value);
  const owner = key === 'uid' || key === 'gid';
  const whole = key === 'size' || owner;
  const time = key === 'mtime' || key === 'atime' || key === 'ctime';
  if (
    (whole && !(/^\d{1,16}$/.test(value) && Number.isSafeInteger(Number(value)))) ||
    (owner && Number(value) > lastOwner) ||
    (time && !/^-?\d{1,15}(?:\.\d*)?$/.test(value))
  ) {
    throw new Breach(
      'number',
      `the PAX record ${key} is no number that can be used: ${JSON.stringify(value)}`,
    );
  }
}

const attributeKey = 'SCHILY.xattr.';

/** What Linux has no room or no name for makes runtimes fail, each time they pull (xattr(7), "limits.h" of Linux). */
function checkAttribute(name: string, value: string): void {
  if (/^(?:[a-z]+\.)?$/.test(name)) throw new Breach('attribute', 'an extended attribute has no name');
  if (name.length > 255 || value.length > 65_536) {
    throw new Breach('attribute', 'an extended attribute is larger than Linux can keep');
  }
}
