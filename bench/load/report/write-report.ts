import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pageOf } from './page-of.ts';
import type { Report } from './report.ts';

/** Writes `report.json` and `report.html` into a directory, which is made where it is missing; each is whole or not there. */
export async function writeReport(directory: string, report: Report): Promise<void> {
  await mkdir(directory, { recursive: true });
  await replace(join(directory, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  await replace(join(directory, 'report.html'), await pageOf(report));
}

async function replace(path: string, text: string): Promise<void> {
  const temp = `${path}.${randomUUID()}`;
  try {
    await writeFile(temp, text);
    await rename(temp, path);
  } finally {
    await rm(temp, { force: true });
  }
}
