import type { Limits } from '../../src/droplet/rules.ts';

/** An archive that is refused: by which rule, and at which entry and offset where that says something. */
export type Refused = {
  rule: string;
  what: string;
  tar: Buffer;
  entry?: string;
  offset?: number;
  limits?: Partial<Limits>;
};
