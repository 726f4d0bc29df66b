import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, constants } from 'node:sqlite';
import { Failure, reasonOf } from '../../errors.ts';
import { hasCode } from '../../store/directory-reader.ts';
import type { Package } from './contents.ts';
import { parseRpmHeader } from './rpm-header.ts';

/**
 * The packages of rpm's database in its SQLite form (rpm 4.16 and later). SQLite needs files, so copies are made in
 * `temporaryDirectory` and removed.
 * @param log the `-wal` file beside the database: what a writer had not yet moved into it
 * @throws Failure `invalid` when it is damaged or not rpm's, `no-space`
 */
export function readRpm(database: Buffer, log: Buffer | undefined, temporaryDirectory: string): Package[] {
  const directory = mkdtempSync(join(temporaryDirectory, 'dropstack-rpm-'));
  try {
    const path = join(directory, 'rpmdb.sqlite');
    writeFileSync(path, database);
    if (log !== undefined) writeFileSync(`${path}-wal`, log);
    return packagesOf(path, database.length + (log?.length ?? 0));
  } catch (error) {
    throw explain(error, temporaryDirectory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** @param size bytes of the files: in a sound database no more are to be read, a damaged one may go round in circles */
function packagesOf(path: string, size: number): Package[] {
  const database = new DatabaseSync(path, { defensive: true, limits: { length: size } });
  try {
    guard(database);
    const packages: Package[] = [];
    let read = 0;
    for (const { blob } of database.prepare('SELECT blob FROM Packages').iterate()) {
      if (!(blob instanceof Uint8Array)) throw new Failure('invalid', 'a package header is malformed');
      read += blob.length;
      if (read > size) throw new Failure('invalid', 'its pages overlap');
      const found = parseRpmHeader(Buffer.from(blob.buffer, blob.byteOffset, blob.length));
      if (found !== undefined) packages.push(found);
    }
    return packages;
  } finally {
    database.close();
  }
}

/**
 * A database may bring views, virtual tables and computed columns that run whatever SQL can say, for as long as it
 * likes. Only a plain table may be read, and nothing be computed.
 */
function guard(database: DatabaseSync): void {
  const table = database
    .prepare("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = 'Packages'")
    .get();
  const plain = /^CREATE TABLE /i.test(String(table?.['sql']));
  const columns = plain ? database.prepare('PRAGMA table_xinfo(Packages)').all() : [];
  if (columns.length === 0 || columns.some(({ hidden }) => hidden !== 0)) {
    throw new Failure('invalid', 'it has no plain table of packages');
  }
  database.setAuthorizer((action, first) => {
    const reads = action === constants.SQLITE_READ && first === 'Packages';
    return reads || action === constants.SQLITE_SELECT ? constants.SQLITE_OK : constants.SQLITE_DENY;
  });
}

/** SQLite's result codes for troubles of the machine, which are not the database's. */
const full = 13;
const troubles = new Set([7, 10, 14, full]);

function explain(error: unknown, temporaryDirectory: string): unknown {
  const code = sqliteCode(error);
  if (code === full || hasCode(error, 'ENOSPC', 'EDQUOT')) {
    const message = `Cannot read an rpm database: the disk under ${temporaryDirectory} is full; free some space`;
    return new Failure('no-space', message, { cause: error });
  }
  if (code === undefined || troubles.has(code)) return error;
  const why = reasonOf(error);
  return new Failure('invalid', `SQLite cannot read it: ${why}`, { cause: error });
}

/** The primary result code of an error of SQLite's. */
function sqliteCode(error: unknown): number | undefined {
  if (!hasCode(error, 'ERR_SQLITE_ERROR') || !(error instanceof Error)) return undefined;
  return 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}
