import type { z } from 'zod';
import { Failure, isFailure } from '../../errors.ts';
import type { RollOperator } from '../../operator/operator.ts';
import { charter, charterPaper, type Charter } from '../judge/charter.ts';
import { proof, type Proof } from '../judge/proof.ts';
import { rolloutPlan, type RolloutPlan } from '../plan/plan.ts';
import type { Roll } from '../stack/status.ts';

/** So many pods a paper: papers have their bounds. */
const podsPerPaper = 5_000;

/** What is kept of a stack's rolls in the facade. */
export class Papers {
  readonly #rolls: RollOperator;
  readonly #stack: string;

  constructor(rolls: RollOperator, stack: string) {
    this.#rolls = rolls;
    this.#stack = stack;
  }

  /** Those of the waves that have begun. @throws Failure `corrupt` where one is missing */
  async charters({ id, waves }: Pick<Roll, 'id' | 'waves'>): Promise<Charter[]> {
    const begun = [...waves.keys()].filter((wave) => waves[wave]?.startedAt !== undefined);
    const found = await Promise.all(begun.map((wave) => this.#read(id, charterPaper(wave), charter)));
    return found.map((item, i) => item ?? missing(this.#stack, id, charterPaper(begun[i] ?? 0)));
  }

  /** All charters of a roll that has ended. */
  async allCharters(roll: string): Promise<Charter[]> {
    const papers = await this.#rolls.papers(this.#stack, roll);
    const names = papers.map(({ paper }) => paper).filter((paper) => /^wave-\d+\.json$/.test(paper));
    const found = await Promise.all(names.map((name) => this.#read(roll, name, charter)));
    return found.filter((item) => item !== undefined);
  }

  /** The first one wins: who was killed before its wave began finds what it had written. @returns the one that holds */
  async keepCharter(roll: string, wanted: Charter): Promise<Charter> {
    const name = charterPaper(wanted.wave);
    try {
      await this.#write(roll, name, wanted, true);
      return wanted;
    } catch (error) {
      if (!isFailure(error, 'conflict')) throw error;
      return (await this.#read(roll, name, charter)) ?? missing(this.#stack, roll, name);
    }
  }

  async keepProof(roll: string, { wave, at, pods, skipped }: Proof): Promise<void> {
    for (let part = 0; part === 0 || part * podsPerPaper < pods.length; part++) {
      const some = pods.slice(part * podsPerPaper, (part + 1) * podsPerPaper);
      const name = `proof-${wave}-${String(part).padStart(3, '0')}.json`;
      await this.#write(roll, name, { wave, at, pods: some, skipped: part === 0 ? skipped : [] }, false);
    }
  }

  /** What was proven, wave by wave. */
  async proofs(roll: string): Promise<Proof[]> {
    const papers = await this.#rolls.papers(this.#stack, roll);
    const names = papers.map(({ paper }) => paper).filter((paper) => paper.startsWith('proof-'));
    const found = await Promise.all(names.map((name) => this.#read(roll, name, proof)));
    return found.filter((item) => item !== undefined);
  }

  async plan(roll: string): Promise<RolloutPlan> {
    return (await this.#read(roll, 'plan.json', rolloutPlan)) ?? missing(this.#stack, roll, 'plan.json');
  }

  async keepPlan(roll: string, plan: RolloutPlan): Promise<void> {
    await this.#write(roll, 'plan.json', plan, false);
  }

  async keep(roll: string, paper: string, text: string): Promise<void> {
    await this.#rolls.write(this.#stack, roll, paper, Buffer.from(text), { first: false });
  }

  async #write(roll: string, paper: string, value: object, first: boolean): Promise<void> {
    await this.#rolls.write(this.#stack, roll, paper, Buffer.from(JSON.stringify(value)), { first });
  }

  async #read<T>(roll: string, paper: string, schema: z.ZodType<T>): Promise<T | undefined> {
    const bytes = await this.#rolls.read(this.#stack, roll, paper);
    if (bytes === undefined) return undefined;
    try {
      return schema.parse(JSON.parse(bytes.toString()));
    } catch (cause) {
      throw new Failure(
        'corrupt',
        `Cannot read ${paper} of roll ${roll} of stack ${this.#stack}: abort the roll`,
        {
          cause,
        },
      );
    }
  }
}

function missing(stack: string, roll: string, paper: string): never {
  throw new Failure(
    'corrupt',
    `The facade has no ${paper} of roll ${roll} of stack ${stack}, though the roll has begun: abort it, and begin anew`,
  );
}
