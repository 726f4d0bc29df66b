import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gunzipSync } from 'node:zlib';
import test from 'ava';
import * as fc from 'fast-check';
import { Failure } from '../../../src/errors.ts';
import type { Package } from '../../../src/rootfs/contents/contents.ts';
import { parseRpmHeader } from '../../../src/rootfs/contents/rpm-header.ts';
import { readRpm } from '../../../src/rootfs/contents/rpm.ts';

const fixture = gunzipSync(readFileSync(new URL('fixtures/rpmdb.sqlite.gz', import.meta.url)));
const directory = mkdtempSync(join(tmpdir(), 'dropstack-test-rpm-'));
test.after.always(() => rmSync(directory, { recursive: true }));

const source = { source: 'mother', sourceVersion: '5.0~rc1-0.1.el9' };
const expected: Package[] = [
  { name: 'mother', version: '5.0~rc1-0.1.el9', architecture: 'x86_64', manager: 'rpm' },
  { name: 'mother-libs', version: '7.1-0.1.el9', architecture: 'x86_64', manager: 'rpm', ...source },
  { name: 'plain', version: '1.2-3.el9', architecture: 'x86_64', manager: 'rpm' },
  { name: 'with-epoch', version: '2:20240101-1.fc40', architecture: 'noarch', manager: 'rpm' },
];

test('lists what rpm put in, but for public keys, and leaves no file', (t) => {
  t.deepEqual(sorted(readRpm(fixture, undefined, directory)), expected);
  t.deepEqual(sorted(readRpm(fixture, Buffer.alloc(0), directory)), expected);
  t.deepEqual(ownFiles(), []);
});

test('reads what is still in the log beside it', (t) => {
  const { database, log } = withLog("DELETE FROM Packages WHERE hex(blob) LIKE '%706C61696E00%'");
  t.deepEqual(
    sorted(readRpm(database, log, directory)),
    expected.filter(({ name }) => name !== 'plain'),
  );
  t.deepEqual(sorted(readRpm(database, undefined, directory)), expected);
});

test('reads no view, virtual table or computed column in the place of the packages', (t) => {
  const endless = 'WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n AS blob FROM c';
  const hostile = {
    view: `CREATE VIEW Packages AS ${endless}`,
    'virtual table': 'CREATE VIRTUAL TABLE Packages USING fts5(blob)',
    'computed column': 'CREATE TABLE Packages (n, blob AS (zeroblob(1000))); INSERT INTO Packages VALUES (1)',
    'other table': 'CREATE TABLE Package (blob)',
    'no bytes': "CREATE TABLE Packages (blob); INSERT INTO Packages VALUES ('text')",
    'no header': "CREATE TABLE Packages (blob); INSERT INTO Packages VALUES (x'00')",
  };
  for (const [what, sql] of Object.entries(hostile)) {
    t.throws(() => readRpm(made(sql), undefined, directory), { instanceOf: Failure, code: 'invalid' }, what);
  }
  t.deepEqual(ownFiles(), []);
});

test('damage to the database ends in packages or in a failure', (t) => {
  t.throws(() => readRpm(Buffer.from('no database at all'.repeat(100)), undefined, directory), {
    instanceOf: Failure,
  });
  const place = fc.oneof(fc.nat(fixture.length - 1), fc.nat(200));
  const damage = fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(damage, (changes) => {
      const bytes = Buffer.from(fixture);
      for (const [at, byte] of changes) bytes[at] = byte;
      const outcome = attempt(() => readRpm(bytes, undefined, directory));
      t.true(outcome instanceof Failure ? outcome.code === 'invalid' : Array.isArray(outcome));
    }),
    { numRuns: 150 },
  );
  t.deepEqual(ownFiles(), []);
});

test('damage to a header ends in a package, in none or in a failure', (t) => {
  const headers = blobs();
  const damage = fc.record({
    header: fc.constantFrom(...headers),
    changes: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 }),
    length: fc.nat(4000),
  });
  fc.assert(
    fc.property(damage, ({ header, changes, length }) => {
      const bytes = Buffer.from(header);
      for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
      const outcome = attempt(() => parseRpmHeader(bytes.subarray(0, length)));
      t.true(outcome === undefined || outcome instanceof Failure || outcome.name.length < 4096);
    }),
    { numRuns: 2000 },
  );
});

function sorted(packages: Package[]): Package[] {
  return packages.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function attempt<Value>(action: () => Value): Value | Failure {
  try {
    return action();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

function ownFiles(): string[] {
  return readdirSync(directory).filter((name) => name.startsWith('dropstack-rpm-'));
}

/** The fixture and the log of a change that SQLite has not yet moved into it. */
function withLog(sql: string): { database: Buffer; log: Buffer } {
  const path = join(directory, 'logged.sqlite');
  writeFileSync(path, fixture);
  const database = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  database.exec('PRAGMA wal_autocheckpoint = 0; PRAGMA journal_mode = WAL');
  database.exec(sql);
  const files = { database: readFileSync(path), log: readFileSync(`${path}-wal`) };
  database.close();
  return files;
}

function made(sql: string): Buffer {
  const path = join(directory, 'made.sqlite');
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
  const bytes = readFileSync(path);
  rmSync(path);
  return bytes;
}

function blobs(): Buffer[] {
  const path = join(directory, 'blobs.sqlite');
  writeFileSync(path, fixture);
  const database = new DatabaseSync(path);
  const rows = database.prepare('SELECT blob FROM Packages').all();
  database.close();
  return rows.flatMap(({ blob }) => (blob instanceof Uint8Array ? [Buffer.from(blob)] : []));
}
