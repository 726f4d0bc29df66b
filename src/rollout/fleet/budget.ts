import { z } from 'zod';
import { metadataSchema } from './schema.ts';

/** What is kept of a PodDisruptionBudget. */
export type Budget = {
  namespace: string;
  name: string;
  uid: string;
  selector: Selector;
  /** even with all its pods healthy it would let none go */
  neverAllows: boolean;
};

export type Selector = {
  labels: Record<string, string>;
  expressions: { key: string; operator: string; values: string[] }[];
};

const amount = z.union([z.int(), z.string()]);

const budgetObject = z.object({
  metadata: metadataSchema,
  spec: z.object({
    minAvailable: amount.optional(),
    maxUnavailable: amount.optional(),
    selector: z
      .object({
        matchLabels: z.record(z.string(), z.string()).default({}),
        matchExpressions: z
          .array(z.object({ key: z.string(), operator: z.string(), values: z.array(z.string()).default([]) }))
          .default([]),
      })
      .optional(),
  }),
  status: z.object({ expectedPods: z.int().default(0) }).prefault({}),
});

/** Undefined for a budget that selects nothing. */
export function parseBudget(object: unknown): Budget | undefined {
  const { metadata, spec, status } = budgetObject.parse(object);
  if (spec.selector === undefined) return undefined;
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    selector: { labels: spec.selector.matchLabels, expressions: spec.selector.matchExpressions },
    neverAllows: neverAllows(spec.minAvailable, spec.maxUnavailable, status.expectedPods),
  };
}

/** As the API server reckons: percentages are rounded up. */
function neverAllows(
  minAvailable: number | string | undefined,
  maxUnavailable: number | string | undefined,
  expected: number,
): boolean {
  if (expected === 0) return false;
  if (maxUnavailable !== undefined) return numberOf(maxUnavailable, expected) === 0;
  return minAvailable !== undefined && numberOf(minAvailable, expected) >= expected;
}

function numberOf(given: number | string, of: number): number {
  if (typeof given === 'number') return given;
  const value = Number.parseInt(given, 10);
  return given.endsWith('%') ? Math.ceil((value * of) / 100) : value;
}

/** Whether a selector fits labels (labels.Selector of Kubernetes). */
export function selects({ labels, expressions }: Selector, of: Readonly<Record<string, string>>): boolean {
  const value = (key: string): string | undefined => (Object.hasOwn(of, key) ? of[key] : undefined);
  return (
    Object.entries(labels).every(([key, wanted]) => value(key) === wanted) &&
    expressions.every(({ key, operator, values }) => fits(value(key), operator, values))
  );
}

function fits(found: string | undefined, operator: string, values: readonly string[]): boolean {
  if (operator === 'Exists') return found !== undefined;
  if (operator === 'DoesNotExist') return found === undefined;
  if (operator === 'In') return found !== undefined && values.includes(found);
  return operator === 'NotIn' && (found === undefined || !values.includes(found));
}
