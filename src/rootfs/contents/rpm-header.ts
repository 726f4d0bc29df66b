import { Failure } from '../../errors.ts';
import type { Package } from './contents.ts';
import { sourceFields } from './source.ts';

const tag = { name: 1000, version: 1001, release: 1002, epoch: 1003, architecture: 1022, sourceRpm: 1044 };
const wanted: ReadonlySet<number> = new Set(Object.values(tag));
const type = { int32: 4, string: 6 };

/** bytes of a name or a version */
const longest = 4096;

/**
 * The package of a header as rpm's database keeps it (rpm's manual, "Header format"): two counts, entries of
 * tag, type, offset and count, then the data that they point into, all of it big-endian.
 * @returns undefined for a public key, which rpm keeps as a package without an architecture
 * @throws Failure `invalid`
 */
export function parseRpmHeader(header: Buffer): Package | undefined {
  const fields = readFields(header);
  if (!fields.has(tag.architecture)) return undefined;
  const name = text(fields, tag.name);
  const epoch = fields.get(tag.epoch);
  // Source packages are named `name-version-release.src.rpm`; that version has no epoch.
  const [, source, sourceVersion] =
    /^(.+)-([^-]+-[^-]+)\.(?:no)?src\.rpm$/.exec(String(fields.get(tag.sourceRpm))) ?? [];
  const version = `${text(fields, tag.version)}-${text(fields, tag.release)}`;
  return {
    name,
    version: epoch === undefined || epoch === 0 ? version : `${epoch}:${version}`,
    architecture: text(fields, tag.architecture),
    manager: 'rpm',
    ...sourceFields({ name, version }, source, sourceVersion),
  };
}

/** The fields that we want, the first of each: there are thousands of others. */
function readFields(header: Buffer): Map<number, string | number> {
  if (header.length < 8) throw malformed();
  const start = 8 + header.readUInt32BE(0) * 16;
  const end = start + header.readUInt32BE(4);
  if (end > header.length) throw malformed();
  const data = header.subarray(start, end);
  const fields = new Map<number, string | number>();
  for (let at = 8; at < start; at += 16) {
    const key = header.readUInt32BE(at);
    if (!wanted.has(key) || fields.has(key)) continue;
    const value = data.subarray(header.readUInt32BE(at + 8));
    const kind = header.readUInt32BE(at + 4);
    if (kind === type.string) fields.set(key, stringIn(value));
    if (kind === type.int32) fields.set(key, numberIn(value));
  }
  return fields;
}

function stringIn(value: Buffer): string {
  const end = value.subarray(0, longest).indexOf(0);
  if (end < 0) throw malformed();
  return value.toString('utf8', 0, end);
}

function numberIn(value: Buffer): number {
  if (value.length < 4) throw malformed();
  return value.readUInt32BE(0);
}

function text(fields: Map<number, string | number>, key: number): string {
  const value = fields.get(key);
  if (typeof value !== 'string') throw malformed();
  return value;
}

function malformed(): Failure {
  return new Failure('invalid', 'a package header is malformed');
}
