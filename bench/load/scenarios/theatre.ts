import type { FoundationOptions } from '../foundation/start-foundation.ts';
import type { ScenarioReport } from '../report/report.ts';
import { allAtOnce } from '../workload/arrivals.ts';
import { giveUpMs } from './measure.ts';
import type { Setting } from './setting.ts';
import { openStage, type Stage } from './stage.ts';

/** Where scenarios are played, one after the other, and one stage at a time. */
export class Theatre {
  readonly setting: Setting;
  /** of scenarios that are over */
  readonly reports: ScenarioReport[] = [];
  #stack = new AsyncDisposableStack();
  #running: Stage | undefined;
  #isClosed = false;

  constructor(setting: Setting) {
    this.setting = setting;
  }

  /** A new stage, in the place of the one before. */
  async open(changes: Partial<FoundationOptions> = {}): Promise<Stage> {
    await this.clear();
    if (this.#isClosed) throw new Error('The run is over');
    return openStage(this.#stack, this.setting, changes);
  }

  /** From here the next scenario may go on: all instances run over the promoted version. */
  keep(stage: Stage): void {
    this.#running = stage;
  }

  /** A stage on which all instances run over the promoted version: the one that was kept, or else a new one. */
  async running(): Promise<Stage> {
    if (this.#running !== undefined) return this.#running;
    const stage = await this.open();
    await bringUp(stage);
    this.keep(stage);
    return stage;
  }

  /** Ends the stage there is, with its processes and files. */
  async clear(): Promise<void> {
    const stack = this.#stack;
    this.#stack = new AsyncDisposableStack();
    this.#running = undefined;
    await stack.disposeAsync();
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The same, and no other stage opens. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    await this.clear();
  }
}

/** Starts every instance on its node, and measures nothing. @throws Error where one does not start */
export async function bringUp({ fleet, starts }: Stage): Promise<void> {
  const { pulls } = await fleet.run(starts(allAtOnce), { giveUpMs });
  if (pulls.failed === 0) return;
  throw new Error(
    `The fleet did not come up: of ${pulls.wanted} starts ${pulls.failed} failed, ${JSON.stringify(pulls.reasons)}`,
  );
}
