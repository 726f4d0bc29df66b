import { Failure } from '../errors.ts';
import { requireStack } from '../oci/names.ts';
import { readWhole } from '../store/read-whole.ts';
import type { Store } from '../store/store.ts';
import type { PaperSummary, RollOperator, RollSummary } from './operator.ts';
import { mostPaperBytes, requirePaper, requireRoll } from './paper-names.ts';

/** The papers of rolls, in the store itself. Nothing collects them. */
export class LocalRolls implements RollOperator {
  readonly #own: Store;

  constructor(own: Store) {
    this.#own = own;
  }

  async list(stack: string): Promise<RollSummary[]> {
    requireStack(stack);
    const rolls = new Map<string, RollSummary>();
    const folder = stackFolder(stack);
    for await (const { key, size, modified } of this.#own.list(folder)) {
      const [roll = ''] = key.slice(folder.length).split('/');
      const known = rolls.get(roll) ?? { roll, papers: 0, size: 0, modified: 0 };
      rolls.set(roll, {
        roll,
        papers: known.papers + 1,
        size: known.size + size,
        modified: Math.max(known.modified, modified),
      });
    }
    return [...rolls.values()].toSorted((a, b) => (a.roll < b.roll ? -1 : 1));
  }

  async papers(stack: string, roll: string): Promise<PaperSummary[]> {
    requireStack(stack);
    requireRoll(roll);
    const folder = rollFolder(stack, roll);
    const found: PaperSummary[] = [];
    for await (const { key, size, modified } of this.#own.list(folder))
      found.push({ paper: key.slice(folder.length), size, modified });
    return found.toSorted((a, b) => (a.paper < b.paper ? -1 : 1));
  }

  async read(stack: string, roll: string, paper: string): Promise<Buffer | undefined> {
    return (await readWhole(this.#own, paperKey(stack, roll, paper)))?.bytes;
  }

  async write(
    stack: string,
    roll: string,
    paper: string,
    bytes: Uint8Array,
    { first }: { first: boolean },
  ): Promise<void> {
    const key = paperKey(stack, roll, paper);
    if (bytes.length > mostPaperBytes)
      throw new Failure('too-large', `The paper is longer than ${mostPaperBytes} bytes`);
    if ((await this.#own.put(key, bytes, first ? 'absent' : undefined)) !== undefined) return;
    // A put whose answer was lost, and that was sent again, finds itself.
    if ((await this.read(stack, roll, paper))?.equals(bytes) === true) return;
    throw new Failure(
      'conflict',
      `Roll ${roll} of stack ${stack} has another ${paper} already: it is kept; read it, and go on from there`,
    );
  }
}

function paperKey(stack: string, roll: string, paper: string): string {
  requireStack(stack);
  requireRoll(roll);
  requirePaper(paper);
  return rollFolder(stack, roll) + paper;
}

function rollFolder(stack: string, roll: string): string {
  return `${stackFolder(stack)}${roll}/`;
}

function stackFolder(stack: string): string {
  return `v1/rolls/${stack}/`;
}
