import type { Charter } from '../judge/charter.ts';
import type { Roll } from '../stack/status.ts';
import type { Papers } from './papers.ts';

/** What a decision needs of a roll's papers. */
type Known = {
  charters: readonly Charter[];
  /** those of the roll that it takes back */
  undone: readonly Charter[];
  canaries: ReadonlySet<string>;
};

const nothing: Known = { charters: [], undone: [], canaries: new Set() };

/** The papers of the roll that is under way, read once. */
export class RollPapers {
  readonly #papers: Papers;
  #known: { roll: string; value: Known } | undefined;

  constructor(papers: Papers) {
    this.#papers = papers;
  }

  /** @throws Failure `corrupt` where one is missing that the roll's status tells of */
  async of(roll: Roll | undefined): Promise<Known> {
    if (roll === undefined) return nothing;
    const begun = roll.waves.filter(({ startedAt }) => startedAt !== undefined).length;
    if (this.#known?.roll !== roll.id || this.#known.value.charters.length !== begun)
      this.#known = { roll: roll.id, value: await this.#read(roll) };
    return this.#known.value;
  }

  /** A wave of the roll that was asked for last has begun. */
  add(charter: Charter): void {
    if (this.#known === undefined) return;
    const { roll, value } = this.#known;
    this.#known = { roll, value: { ...value, charters: [...value.charters, charter] } };
  }

  /** What is there may be something else: it is read again. */
  forget(): void {
    this.#known = undefined;
  }

  async #read(roll: Roll): Promise<Known> {
    const { undoes } = roll;
    const [charters, undone, canaries] = await Promise.all([
      this.#papers.charters(roll),
      undoes === undefined ? [] : this.#papers.allCharters(undoes),
      roll.kind === 'undo' ? [] : this.#papers.plan(roll.id).then((plan) => plan.canaries),
    ]);
    return { charters, undone, canaries: new Set(canaries) };
  }
}
