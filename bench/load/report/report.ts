import { z } from 'zod';
import { kinds } from '../fleet/observed.ts';
import { workload } from '../workload/workload.ts';

/** Milliseconds. All zero where nothing was counted. */
const latency = z.strictObject({
  count: z.number(),
  p50: z.number(),
  p90: z.number(),
  p99: z.number(),
  p999: z.number(),
  max: z.number(),
  mean: z.number(),
});
export type Latency = z.output<typeof latency>;

const requests = z.strictObject({
  requests: z.number(),
  bytes: z.number(),
  errors: z.record(z.string(), z.number()),
  firstByte: latency,
  total: latency,
});
export type Requests = z.output<typeof requests>;

/** What the server's processes used while a scenario ran, all replicas together, their children included. */
const usage = z.strictObject({
  cpuSeconds: z.number(),
  /** of proportional memory, as /proc/<pid>/smaps_rollup tells; bytes, of all processes together */
  peakMemory: z.number(),
  /** bytes that went through its read and write calls, of files and sockets */
  copied: z.number(),
  /** between turns of its event loop, the largest of all replicas; milliseconds */
  loopDelay: z.strictObject({ p50: z.number(), p99: z.number(), max: z.number() }),
});
export type ServerUsage = z.output<typeof usage>;

/** Bytes by where they came from, as the server itself counts them. */
const moved = z.strictObject({
  fromSource: z.number(),
  fromStore: z.number(),
  toStore: z.number(),
  fromCache: z.number(),
  /** bodies, as the clients saw them */
  toClients: z.number(),
});
export type Moved = z.output<typeof moved>;

export const scenarioReport = z.strictObject({
  /** as on the command line, e.g. `cold` */
  name: z.string(),
  /** one sentence: what happened */
  what: z.string(),
  seconds: z.number(),
  pulls: z.strictObject({
    wanted: z.number(),
    done: z.number(),
    failed: z.number(),
    reasons: z.record(z.string(), z.number()),
    /** from when a start was due, so that waiting counts: free of coordinated omission */
    latency,
  }),
  kinds: z.record(z.enum(kinds), requests),
  challenges: z.number(),
  retries: z.number(),
  backoffs: z.number(),
  resumed: z.number(),
  corrupt: z.number(),
  connections: z.number(),
  conversions: z.number(),
  bytes: moved,
  /** of the server to its own store, by operation */
  storeRequests: z.record(z.string(), z.number()).optional(),
  server: usage,
  /** what making images over another rootfs took of the server before the scenario began, where it did */
  ahead: z
    .strictObject({
      images: z.number(),
      cpuSeconds: z.number(),
      storeRequests: z.number(),
      toStore: z.number(),
    })
    .optional(),
  clients: z.strictObject({ cpuSeconds: z.number() }),
  timeline: z.array(
    z.strictObject({
      requests: z.number(),
      errors: z.number(),
      bytes: z.number(),
      pulls: z.number(),
      p99Ms: z.number(),
    }),
  ),
  /** what a reader must know to judge the figures, a sentence each */
  notes: z.array(z.string()),
  /** what went otherwise than it must, or why the scenario broke off; absent where all is well */
  wrong: z.array(z.string()).optional(),
});
export type ScenarioReport = z.output<typeof scenarioReport>;

/** One contestant at one task, all in turn within each round. */
const contestRow = z.strictObject({
  /** e.g. `manifest by tag` */
  task: z.string(),
  /** e.g. `dropstack`, `distribution 3`, `bare koa` */
  contestant: z.string(),
  /** medians over the rounds */
  requestsPerSecond: z.number(),
  bytesPerSecond: z.number(),
  /** seconds of CPU of the server for one request; for layers, for one megabyte */
  cpuSeconds: z.number(),
  /** bytes that the server's read and write calls moved for one request; for layers, for one megabyte */
  copied: z.number().optional(),
  /** requests per second of CPU as a part of what the task's floor does with a second: the figure that has an aim */
  ofFloor: z.number(),
  /** the same of requests per second of the clock */
  ofFloorByClock: z.number(),
  /** lowest and highest `ofFloor` of a round */
  spread: z.tuple([z.number(), z.number()]),
  /** what is asked of it and whether that was met, in words */
  aim: z.string().optional(),
  /** the same in figures: the `ofFloor` that meets all that is asked, and whether it was met */
  aimed: z.strictObject({ ofFloor: z.number(), met: z.boolean() }).optional(),
});
export type ContestRow = z.output<typeof contestRow>;

export const report = z.strictObject({
  format: z.literal(1),
  /** of dropstack */
  version: z.string(),
  begun: z.iso.datetime(),
  machine: z.strictObject({
    cores: z.number(),
    memory: z.number(),
    cpu: z.string(),
    kernel: z.string(),
    node: z.string(),
    /** of one minute, before the run */
    load: z.number(),
  }),
  /** how the server was set up, a line each */
  setup: z.array(z.string()),
  workload: workload.optional(),
  scenarios: z.array(scenarioReport),
  contest: z.array(contestRow),
});
export type Report = z.output<typeof report>;
