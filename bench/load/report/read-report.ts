import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { report, type Report } from './report.ts';

/** @throws Error naming the file: it cannot be read, is no JSON, or is no report of this format */
export async function readReport(path: string): Promise<Report> {
  try {
    return report.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new Error(`Cannot read the report ${path}: ${why}`, { cause: error });
  }
}
