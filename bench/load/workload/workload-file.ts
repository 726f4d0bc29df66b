import { readFile, rename, writeFile } from 'node:fs/promises';
import { workload, type Workload } from './workload.ts';

/** Records a workload as JSON, whole or not at all. */
export async function writeWorkload(path: string, value: Workload): Promise<void> {
  const partial = `${path}.${process.pid}.partial`;
  await writeFile(partial, `${JSON.stringify(workload.parse(value), undefined, 2)}\n`);
  await rename(partial, path);
}

/** @throws Error where the file is none that `writeWorkload` makes */
export async function readWorkload(path: string): Promise<Workload> {
  const parsed = workload.safeParse(JSON.parse(await readFile(path, 'utf8')));
  if (parsed.success) return parsed.data;
  throw new Error(`${path} holds no workload: ${parsed.error.message}`, { cause: parsed.error });
}
