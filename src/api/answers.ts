import { z } from 'zod';
import { needsRecord } from '../droplet/needs.ts';
import { dropletRecord, refusalRecord } from '../droplet/record.ts';
import type {
  AppCounts,
  DropletDetails,
  DropletImpact,
  DropletSummary,
  Identified,
  ImageDetails,
  PaperSummary,
  PutResult,
  RollSummary,
  StoredDroplet,
  Verification,
  VersionSummary,
  Warmed,
} from '../operator/operator.ts';
import type { Origin } from '../image/labels.ts';
import { auditEntry } from '../operator/audit/entry.ts';
import type { AuditPage } from '../operator/audit/read-audit.ts';
import type { Contents } from '../rootfs/contents/contents.ts';
import { contentsSchema } from '../rootfs/contents-record.ts';
import { errorEnvelopeOf } from './error-envelope.ts';

/** What a facade answers, as far as it is not a record of its store. Fields that a later one adds are left out. */
export const versionSummary: z.ZodType<VersionSummary> = z.object({
  stack: z.string(),
  version: z.string(),
  os: z.string(),
  architecture: z.string(),
  size: z.number(),
  layers: z.number(),
  packages: z.number(),
  promoted: z.boolean(),
  placed: z.number(),
  retired: z.boolean(),
});

export const contents: z.ZodType<Contents> = contentsSchema;

const summary = z.object({
  guid: z.string(),
  hash: z.string(),
  stack: z.string(),
  state: z.enum(['stored', 'converted', 'refused', 'deleted']),
  size: z.number().exactOptional(),
});
export const dropletSummary: z.ZodType<DropletSummary> = summary;

export const appCounts: z.ZodType<AppCounts> = z.object({
  at: z.string(),
  apps: z.record(z.string(), z.number()),
});

export const refusalRules: z.ZodType<Record<string, number>> = z.record(z.string(), z.number());

export const dropletDetails: z.ZodType<DropletDetails> = summary.extend({
  record: dropletRecord.exactOptional(),
  needs: needsRecord.exactOptional(),
  refusal: refusalRecord.exactOptional(),
});

export const putResult: z.ZodType<PutResult> = z.object({
  guid: z.string(),
  hash: z.string(),
  sha1: z.string(),
  sha256: z.string(),
  size: z.number(),
  created: z.boolean(),
  changed: z.boolean().default(true),
});

export const storedDroplet: z.ZodType<StoredDroplet> = z.object({
  guid: z.string(),
  hash: z.string(),
  size: z.number(),
  modified: z.number(),
});

export const warmed: z.ZodType<Warmed> = z.object({
  guid: z.string(),
  hash: z.string(),
  outcome: z.enum(['converted', 'known', 'elsewhere', 'deleted']),
});

export const verification: z.ZodType<Verification> = z.object({
  guid: z.string(),
  hash: z.string(),
  problems: z.array(z.string()),
});

export const origin: z.ZodType<Origin> = z.object({
  rootfs: z.object({ stack: z.string(), version: z.string() }),
  droplet: z.object({ guid: z.string(), hash: z.string(), sha256: z.string() }).exactOptional(),
});

const imageLayer = z.object({
  from: z.string(),
  mediaType: z.string(),
  digest: z.string(),
  size: z.number(),
  diffId: z.string(),
});
export const imageDetails: z.ZodType<ImageDetails> = z.object({
  reference: z.string(),
  digest: z.string(),
  config: z.string(),
  os: z.string(),
  architecture: z.string(),
  origin,
  layers: z.array(imageLayer),
});

export const identified: z.ZodType<Identified> = z.object({
  guid: z.string(),
  digest: z.string(),
  origin: origin.exactOptional(),
});

const breaks = z.array(
  z.object({
    library: z.string(),
    class: z.literal([32, 64]),
    machine: z.string(),
    versions: z.array(z.string()),
    files: z.array(z.string()),
    count: z.number(),
  }),
);
const name = { guid: z.string(), hash: z.string() };
export const dropletImpact: z.ZodType<DropletImpact> = z.discriminatedUnion('state', [
  z.object({ ...name, state: z.enum(['unconverted', 'refused', 'deleted', 'absent']) }),
  z.object({
    ...name,
    state: z.literal('converted'),
    bytes: z.number(),
    diffBytes: z.number(),
    ...needsRecord.pick({ buildpack: true, sizeClass: true }).shape,
    libraries: z.string(),
    breaks,
    already: breaks,
    unknown: z.number(),
  }),
]);

export const rollSummary: z.ZodType<RollSummary> = z.object({
  roll: z.string(),
  papers: z.number(),
  size: z.number(),
  modified: z.number(),
});

export const paperSummary: z.ZodType<PaperSummary> = z.object({
  paper: z.string(),
  size: z.number(),
  modified: z.number(),
});

export const auditPage: z.ZodType<AuditPage> = z.object({
  entries: z.array(auditEntry),
  unreadable: z.array(z.string()).exactOptional(),
  next: z.string().exactOptional(),
});

export const errorEnvelope = errorEnvelopeOf(
  z
    .union([
      z.object({ expected: z.string(), found: z.string().exactOptional() }),
      z.object({ rule: z.string(), entry: z.string(), offset: z.number(), detail: z.string() }),
    ])
    .exactOptional(),
);
