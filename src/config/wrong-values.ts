import type { z } from 'zod';
import type { Breach } from './across.ts';
import { configSchema, type ConfigInput } from './schema.ts';
import { suggest } from './suggest.ts';

/** What is wrong with each option by itself. */
export function wrongValues(values: ConfigInput): Breach[] {
  const parsed = configSchema.safeParse(values);
  return parsed.success ? [] : parsed.error.issues.flatMap(explain);
}

function explain(issue: z.core.$ZodIssue): Breach[] {
  if (issue.code !== 'unrecognized_keys') return [{ option: issue.path, message: issue.message }];
  return issue.keys.map((key) => {
    const likely = suggest(issue.path, key);
    const hint = likely === undefined ? '' : ` (did you mean ${likely}?)`;
    return { option: [...issue.path, key], message: `there is no such option${hint}` };
  });
}
