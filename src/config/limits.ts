import { z } from 'zod';
import { defaultLimits } from '../droplet/rules.ts';
import { worksWithin } from '../store/lifetime.ts';
import { count, inUnits, size } from './values.ts';

/** Bounds of droplets, in the units of `Limits`. */
const droplet = z.strictObject({
  maxBytes: size.prefault(inUnits(defaultLimits.maxBytes)).meta({
    description: 'What a droplet may have unpacked.',
    unit: 'bytes',
  }),
  maxRatio: z.number().positive().default(defaultLimits.maxRatio).meta({
    description: 'How many times larger it may be unpacked than packed, beyond 64 MiB.',
    unit: 'times',
  }),
  maxEntries: count.default(defaultLimits.maxEntries).meta({
    description: 'How many files, directories and links it may have.',
    unit: 'entries',
  }),
  maxNameBytes: size.prefault(inUnits(defaultLimits.maxNameBytes)).meta({
    description: "How long a path in it, and a link's target, may be.",
    unit: 'bytes',
  }),
  maxComponentBytes: size.prefault(inUnits(defaultLimits.maxComponentBytes)).meta({
    description: 'How long one part of a path may be.',
    unit: 'bytes',
  }),
  maxPaxBytes: size.prefault(inUnits(defaultLimits.maxPaxBytes)).meta({
    description: 'How large an extended header may be.',
    unit: 'bytes',
  }),
});

/** What bounds the work of a facade. */
export const limits = z.strictObject({
  droplet: droplet.prefault({}).describe('Bounds of one droplet. One beyond them is refused.'),
  conversions: count.optional().meta({
    description: 'How many droplets are converted at once, each in a child process. Without it, one a core.',
    unit: 'processes',
  }),
  conversionSeconds: z
    .number()
    .positive()
    .max(worksWithin / 1000, 'what takes longer cannot be kept: 6 hours at most')
    .default(900)
    .meta({ description: 'A conversion that takes longer is stopped.', unit: 'seconds' }),
  conversionMemoryBytes: size
    .prefault('512MiB')
    .meta({ description: 'A child process that takes more memory is stopped.', unit: 'bytes' }),
  queuedConversions: count.default(10_000).meta({
    description: 'How many droplets may wait to be converted. More are answered 429.',
    unit: 'droplets',
  }),
  holdSeconds: z.number().positive().max(25, 'clients give up after 30 s: 25 at most').default(20).meta({
    description: 'For how long a pull waits for its conversion before it is answered 429.',
    unit: 'seconds',
  }),
  connections: count
    .default(10_000)
    .meta({ description: 'How many connections may be open.', unit: 'connections' }),
  downloads: count
    .default(1_000)
    .meta({ description: 'How many layers and droplets are sent at once.', unit: 'bodies' }),
  uploads: count
    .default(100)
    .meta({ description: 'How many droplets are received at once.', unit: 'bodies' }),
  clientShare: z.number().positive().max(1, 'a part of the whole: 1 at most').default(0.5).meta({
    description: 'The part of connections, bodies and waiting droplets that one client may take.',
    unit: 'part of 1',
  }),
});
