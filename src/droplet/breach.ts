import type { RuleName } from './rules.ts';

/** A rule that bytes break, thrown where it is seen; the rewriter adds what entry that is. */
export class Breach extends Error {
  readonly rule: RuleName;
  /** in bytes from the start of the tar, where no entry is concerned */
  readonly offset: number | undefined;

  constructor(rule: RuleName, detail: string, offset?: number) {
    super(detail);
    this.rule = rule;
    this.offset = offset;
  }
}
