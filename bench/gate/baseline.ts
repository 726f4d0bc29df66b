import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';

/** What was usual: a median over rounds, and how far its bounds were. */
const usual = z.strictObject({ median: z.number().positive(), low: z.number(), high: z.number() });

/** What a run is compared with. */
export const baseline = z.strictObject({
  format: z.literal(1),
  /** of dropstack */
  version: z.string(),
  recorded: z.iso.datetime(),
  machine: z.strictObject({ cores: z.number(), cpu: z.string(), kernel: z.string(), node: z.string() }),
  /** of each scenario */
  rounds: z.number(),
  /** by name of the scenario and figure */
  scenarios: z.record(
    z.string(),
    z.strictObject({ cpu: usual, copied: usual.optional(), allocated: usual.optional() }),
  ),
});
export type Baseline = z.output<typeof baseline>;

/** @throws Error where the file is none that `writeBaseline` makes */
export async function readBaseline(path: string): Promise<Baseline> {
  const parsed = baseline.safeParse(JSON.parse(await readFile(path, 'utf8')));
  if (parsed.success) return parsed.data;
  throw new Error(`${path} holds no baseline: ${parsed.error.message}`, { cause: parsed.error });
}

export async function writeBaseline(path: string, value: Baseline): Promise<void> {
  await writeFile(path, `${JSON.stringify(baseline.parse(value), shortened, 2)}\n`);
}

/** Figures are kept to four digits: a new baseline shows what changed. */
function shortened(_key: string, part: unknown): unknown {
  return typeof part === 'number' && !Number.isInteger(part) ? Number(part.toPrecision(4)) : part;
}
