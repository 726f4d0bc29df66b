import { jobId, type Job } from '../convert/job.ts';
import type { Asker } from '../convert/queue.ts';
import type { DropletRecord } from '../droplet/record.ts';
import { DropletRefused } from '../droplet/refusal.ts';
import type { Pool } from '../facade.ts';
import type { Channel } from './channel.ts';
import type { SupervisorAnswers } from './questions.ts';

/** Has the supervisor convert, so that all processes together have one line, and convert a droplet once. */
export class RemotePool implements Pool {
  readonly #supervisor: Channel<SupervisorAnswers>;
  readonly #running = new Map<string, Job>();

  constructor(supervisor: Channel<SupervisorAnswers>) {
    this.#supervisor = supervisor;
  }

  async run(job: Job, askers: Iterable<Asker>): Promise<DropletRecord> {
    const id = jobId(job);
    this.#running.set(id, job);
    try {
      const answer = await this.#supervisor.ask('convert', { job, askers: [...askers] });
      if ('refusal' in answer) throw new DropletRefused(`${job.guid}/${job.hash}`, answer.refusal);
      return answer.record;
    } finally {
      this.#running.delete(id);
    }
  }

  join(id: string, asker: Asker): void {
    const job = this.#running.get(id);
    // Who fails to join waits all the same.
    if (job !== undefined) this.#supervisor.ask('join', { job, asker }).catch(() => {});
  }

  /** The supervisor's children go on. */
  close(): void {
    this.#running.clear();
  }
}
