import type { Config } from '../config/config.ts';
import type { Job } from '../convert/job.ts';
import type { Asker } from '../convert/queue.ts';
import type { DropletRecord } from '../droplet/record.ts';
import type { Refusal } from '../droplet/refusal.ts';
import type { Figures } from './figures.ts';

/** How a server is stopped: milliseconds, as in `Serving.stop`. */
export type Stop = { delayMs: number; graceMs: number };

/** What a worker is asked by its supervisor. */
export type WorkerAnswers = {
  /** Serves by a configuration, which is the worker's own; answers its URL. Asked once. */
  serve: (config: Config) => Promise<string>;
  /** Stops serving, and then ends the process. */
  stop: (how: Stop) => Promise<void>;
  /** What this process has counted. */
  figures: (value: null) => Promise<Figures>;
};

/** What the supervisor is asked by a worker. */
export type SupervisorAnswers = {
  /** A droplet's record, converted where there is none; a refusal is an answer as well. */
  convert: (wish: { job: Job; askers: Asker[] }) => Promise<{ record: DropletRecord } | { refusal: Refusal }>;
  /** Somebody else wants what the worker has asked for. */
  join: (wish: { job: Job; asker: Asker }) => Promise<void>;
  /** What all processes have counted. */
  allFigures: (value: null) => Promise<Figures[]>;
};
