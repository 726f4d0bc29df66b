import type { ReadableStore } from '../store/store.ts';
import { readAudit, type AuditPage, type AuditQuery } from './audit/read-audit.ts';
import type { AuditOperator } from './operator.ts';

/** What was written down of changes, read from the store itself. */
export class LocalAudit implements AuditOperator {
  readonly #own: ReadableStore;

  constructor(own: ReadableStore) {
    this.#own = own;
  }

  async list(query: AuditQuery): Promise<AuditPage> {
    return readAudit(this.#own, query);
  }
}
