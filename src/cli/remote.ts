import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { refusalRecord } from '../droplet/record.ts';
import { Failure } from '../errors.ts';
import { parseDigest } from '../oci/digest.ts';
import { requireGuid, requireHash, requireHolder, requireStack, requireVersion } from '../oci/names.ts';
import { collectionReport } from '../collect/report.ts';
import type {
  CollectionOperator,
  DropletOperator,
  ImageOperator,
  ImpactOperator,
  ImportOptions,
  Operator,
  PutOptions,
  RootfsOperator,
  WarmOperator,
} from '../operator/operator.ts';
import { contentsSchema } from '../rootfs/contents-record.ts';
import { rootfsRecord } from '../rootfs/record.ts';
import { stackRecord } from '../rootfs/stack-record.ts';
import * as answers from './answers.ts';
import { remoteRolls } from './remote-rolls.ts';
import { receive, receiveLines, send, type Call } from './request.ts';
import type { Server } from './server.ts';

type Ask = <T>(schema: z.ZodType<T>, path: string, call?: Call) => Promise<T>;

type AskLines = <T>(schema: z.ZodType<T>, path: string, call?: Call) => AsyncIterable<T>;

/** An operator that works through a facade's HTTP API. Names are checked here already: they become parts of paths. */
export function remoteOperator(server: Server): Operator {
  const understand = <T>(schema: z.ZodType<T>, value: unknown): T => {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    throw new Failure(
      'unavailable',
      `The facade at ${server.url.origin} answers as this dropstack does not know it: is it of another version?`,
      { cause: parsed.error },
    );
  };
  const ask: Ask = async (schema, path, call) => understand(schema, await send(server, path, call));
  const askLines: AskLines = async function* (schema, path, call) {
    for await (const value of receiveLines(server, path, call)) yield understand(schema, value);
  };
  return {
    rootfs: remoteRootfs(ask),
    droplets: remoteDroplets(ask),
    impact: remoteImpact(askLines),
    images: remoteImages(ask, askLines),
    rolls: remoteRolls(ask, (path) => receive(server, path)),
    warming: remoteWarming(ask, askLines),
    collection: remoteCollection(ask),
  };
}

function remoteRootfs(ask: Ask): RootfsOperator {
  return {
    stacks: () => ask(z.array(stackRecord), '/api/v1/stacks'),
    stack: async (stack) => ask(stackRecord, stackPath(stack)),
    versions: async (stack) =>
      ask(
        z.array(answers.versionSummary),
        stack === undefined ? '/api/v1/rootfs' : `${stackPath(stack)}/rootfs`,
      ),
    version: async (stack, version) => ask(rootfsRecord, versionPath(stack, version)),
    contents: async (stack, version) => ask(contentsSchema, `${versionPath(stack, version)}/contents`),
    import: async (stack: string, version: string, path: string, options: ImportOptions) => {
      const { sha256, os, architecture, osVersion } = options;
      const target = versionPath(stack, version);
      await requireFile(path);
      return ask(rootfsRecord, target, {
        method: 'PUT',
        query: { sha256, os, architecture, osVersion },
        body: createReadStream(path, { highWaterMark: 256 * 1024 }),
      });
    },
    pull: async (stack, version, reference, options) =>
      ask(rootfsRecord, versionPath(stack, version), { method: 'POST', body: { reference, ...options } }),
    promote: async (stack, version) => {
      requireVersion(version);
      return ask(stackRecord, `${stackPath(stack)}/promoted`, { method: 'PUT', body: { version } });
    },
    retire: async (stack, version) => ask(stackRecord, versionPath(stack, version), { method: 'DELETE' }),
    place: async (stack, placements, ifGeneration) =>
      ask(stackRecord, `${stackPath(stack)}/placements`, {
        method: 'PATCH',
        body: placements,
        headers: ifGeneration === undefined ? {} : { 'If-Match': `"${ifGeneration}"` },
      }),
    markInUse: async (stack, holder, versions) => {
      requireHolder(holder);
      const path = `${stackPath(stack)}/in-use/${holder}`;
      return ask(stackRecord, path, { method: 'PUT', body: { versions } });
    },
  };
}

function remoteImpact(askLines: AskLines): ImpactOperator {
  return {
    droplets: async function* (stack, version, droplets, from) {
      const path = `${versionPath(stack, version)}/impact`;
      for (const page of pagesOf(droplets))
        yield* askLines(answers.dropletImpact, path, { method: 'POST', body: { droplets: page, from } });
    },
  };
}

function remoteDroplets(ask: Ask): DropletOperator {
  return {
    list: async (guid) => {
      if (guid !== undefined) requireGuid(guid);
      return ask(z.array(answers.dropletSummary), '/api/v1/droplets', { query: { guid } });
    },
    get: async (guid, hash) => ask(answers.dropletDetails, dropletPath(guid, hash)),
    put: async (guid: string, hash: string, body: Readable, options: PutOptions) => {
      requireDroplet(guid, hash);
      if (options.stack !== undefined) requireStack(options.stack);
      const result = await ask(answers.putResult, `/droplets/${guid}/${hash}`, {
        method: 'PUT',
        query: { stack: options.stack, wait: options.wait ? 'true' : undefined },
        headers: options.sha256 === undefined ? {} : { Digest: `sha256=${options.sha256}` },
        body,
      });
      return { guid, hash, ...result };
    },
    remove: async (guid, hash) => ask(z.void(), dropletPath(guid, hash), { method: 'DELETE' }),
    assignStack: async (guid, stack) => {
      requireGuid(guid);
      requireStack(stack);
      return ask(z.void(), `/api/v1/droplets/${guid}/stack`, { method: 'PUT', body: { stack } });
    },
    verify: async (guid, hash) =>
      ask(answers.verification, `${dropletPath(guid, hash)}/verify`, { method: 'POST' }),
    refusals: () => ask(z.array(refusalRecord), '/api/v1/refused'),
  };
}

function remoteImages(ask: Ask, askLines: AskLines): ImageOperator {
  return {
    show: (reference) => ask(answers.imageDetails, '/api/v1/images', { query: { reference } }),
    identify: async (guid, digest) => {
      requireGuid(guid);
      parseDigest(digest);
      return ask(answers.origin, `/api/v1/droplets/${guid}/images/${encodeURIComponent(digest)}`);
    },
    identifyAll: async function* (images) {
      const path = '/api/v1/images/identify';
      for (const page of pagesOf(images))
        yield* askLines(answers.identified, path, { method: 'POST', body: { images: page } });
    },
  };
}

function remoteWarming(ask: Ask, askLines: AskLines): WarmOperator {
  return {
    stored: (since) =>
      askLines(answers.storedDroplet, '/api/v1/stored', { query: { since: since?.toFixed(0) } }),
    warm: async (stack, guid, hash, version) => {
      requireStack(stack);
      if (version !== undefined) requireVersion(version);
      return ask(answers.warmed, `${dropletPath(guid, hash)}/warm`, {
        method: 'POST',
        body: { stack, version },
      });
    },
  };
}

function remoteCollection(ask: Ask): CollectionOperator {
  return {
    run: (options) => ask(collectionReport, '/api/v1/collection', { method: 'POST', body: options }),
  };
}

/** As many as a facade takes at once. Of none, one page asks whether the question is right. */
function* pagesOf<T>(items: readonly T[]): Generator<T[]> {
  const most = 1000;
  for (let start = 0; start === 0 || start < items.length; start += most)
    yield items.slice(start, start + most);
}

async function requireFile(path: string): Promise<void> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new Failure('invalid', `Cannot import ${path}: there is no such file`, { cause });
  });
  if (!found.isFile()) {
    throw new Failure(
      'invalid',
      `Cannot import ${path} through a facade: it is a directory; give a tar of it, or use --data on the facade's machine`,
    );
  }
}

function stackPath(stack: string): string {
  requireStack(stack);
  return `/api/v1/stacks/${stack}`;
}

function versionPath(stack: string, version: string): string {
  requireVersion(version);
  return `${stackPath(stack)}/rootfs/${version}`;
}

function dropletPath(guid: string, hash: string): string {
  requireDroplet(guid, hash);
  return `/api/v1/droplets/${guid}/${hash}`;
}

function requireDroplet(guid: string, hash: string): void {
  requireGuid(guid);
  requireHash(hash);
}
