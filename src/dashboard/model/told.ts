import type { AuditEntry } from '../../operator/audit/entry.ts';
import { bytes, count, counted, short } from './format.ts';

/** What an entry of the audit log tells, in words that go on after who did it. */
export function told(entry: AuditEntry): string {
  return words[entry.action](entry);
}

const words: Record<AuditEntry['action'], (entry: AuditEntry) => string> = {
  promote: (entry) =>
    `promote ${rootfsOf(entry)}${entry.previous === undefined ? '' : ` after ${entry.previous}`}`,
  place: ({ stack, count: all = 0, first = {} }) =>
    `place ${counted(all, 'app')} of ${stack}: ${placements(all, first)}`,
  retire: (entry) => `retire ${rootfsOf(entry)}`,
  use: ({ stack, holder, versions = [] }) =>
    `mark for ${holder} what of ${stack} runs: ${versions.join(', ') || 'nothing'}`,
  import: (entry) => `import ${rootfsOf(entry)}`,
  pull: (entry) => `import ${rootfsOf(entry)} from ${entry.reference}`,
  put: (entry) => `put droplet ${dropletOf(entry)}${entry.stack === undefined ? '' : ` of ${entry.stack}`}`,
  assign: ({ guid, stack }) => `assign ${guid} to ${stack}`,
  delete: (entry) => `delete droplet ${dropletOf(entry)}`,
  collect: ({ count: all = 0, bytes: size }) =>
    `collect ${counted(all, 'key')}${size === undefined ? '' : `, ${bytes(size)}`}`,
  roll: ({ order, stack, version, roll, wave }) =>
    order === 'start'
      ? `start a roll of ${stack} to ${version}`
      : `${order} ${wave === undefined ? '' : `${wave} of `}${roll === undefined ? 'the roll' : `roll ${roll}`} of ${stack}`,
};

function rootfsOf({ stack, version }: AuditEntry): string {
  return `${stack} ${version}`;
}

function dropletOf({ guid, hash }: AuditEntry): string {
  return hash === undefined ? `${guid}` : `${guid} ${short(hash)}`;
}

function placements(all: number, first: NonNullable<AuditEntry['first']>): string {
  const named = Object.entries(first).map(([guid, version]) => `${guid} on ${version ?? 'what is promoted'}`);
  const more = all - named.length;
  return more > 0 ? `${named.join(', ')} and ${count(more)} more` : named.join(', ');
}
