import { z } from 'zod';
import { versionGrammar } from '../../oci/reference.ts';
import { duration } from './duration.ts';

const count = z.int().min(1);
const percent = z.number().min(0).max(100);

/** One step of a roll: which apps, and what must be before the next one. */
const waveFields = z.strictObject({
  name: z.string().min(1).max(40).exactOptional(),
  /** canaries: the fewest apps that show every kind of app */
  apps: z.literal('auto').exactOptional(),
  /** so many of all apps beside the canaries, by the hash of their guid; without it and without `apps`, all that are left */
  percent: percent.exactOptional(),
  /** the next wave waits for `dropstack rollout approve` */
  approval: z.boolean().default(false),
  /** how long the next wave waits at least; seconds */
  pause: duration.prefault('0s'),
});
const wave = waveFields.refine(
  ({ apps, percent: share }) => apps === undefined || share === undefined,
  'a wave has either apps or percent',
);
export type WaveSpec = z.output<typeof wave>;

/** When droplets that nobody placed, new ones for the most part, get the new version; `manual` never by itself. */
const newDroplets = z.enum(['immediately', 'afterCanary', 'atEnd', 'manual']);

const rollout = z.strictObject({
  waves: z
    .array(wave)
    .min(1)
    .max(50)
    .prefault([{ name: 'canary', apps: 'auto', approval: true }, { percent: 10, pause: '10m' }, {}]),
  maxInFlight: z.strictObject({ apps: count.default(100), perNode: count.default(2) }).prefault({}),
  /** Of a wave, the larger of the two. More failures than that stop it, and three among its first ten apps. */
  failureBudget: z
    .strictObject({ count: z.int().min(0).default(3), percent: percent.default(1) })
    .prefault({}),
  onFailure: z.enum(['pause', 'rollback']).default('pause'),
  minReadySeconds: z.int().min(0).max(3600).default(30),
  /** how long after a wave what breaks in it still counts; seconds */
  soak: duration.prefault('10m'),
  /** for each app, from its placement or its pod's start on */
  progressDeadlineSeconds: z.int().min(10).max(86_400).default(600),
  newDroplets: newDroplets.default('afterCanary'),
  /** `auto`: by the pod template where nothing owns a Deployment, else by eviction */
  restart: z.enum(['auto', 'evict']).default('auto'),
  /** whether apps of one instance get one more pod first; each workload may say so for itself */
  surge: z.boolean().default(false),
});
export type RolloutSpec = z.output<typeof rollout>;

const source = z.strictObject({
  /** of a registry, as `host/name:tag` or `host/name@digest` */
  reference: z.string().min(1),
  /** of the manifest, in hex */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .exactOptional(),
});

/** What a `Stack` asks for. */
export const stackSpec = z.strictObject({
  rootfs: z.strictObject({
    version: z.string().regex(versionGrammar, 'not a version: the characters of a tag, 63 at most'),
    /** where the version is imported from when the facade has none of that name */
    source: source.exactOptional(),
  }),
  /** hosts, with their ports, in the images of workloads that are ours */
  registries: z.array(z.string().min(1)).min(1).max(20),
  rollout: rollout.prefault({}),
  paused: z.boolean().default(false),
});
export type StackSpec = z.output<typeof stackSpec>;
