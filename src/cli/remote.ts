import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { operations } from '../api/operations.ts';
import { Failure } from '../errors.ts';
import type {
  AuditOperator,
  CollectionOperator,
  DropletOperator,
  ImageOperator,
  ImpactOperator,
  ImportOptions,
  Operator,
  RootfsOperator,
  WarmOperator,
} from '../operator/operator.ts';
import { Ask } from './ask.ts';
import { remoteRolls } from './remote-rolls.ts';
import type { Server } from './server.ts';

/** An operator that works through a facade's HTTP API. */
export function remoteOperator(server: Server): Operator {
  const ask = new Ask(server);
  return {
    rootfs: remoteRootfs(ask),
    droplets: remoteDroplets(ask),
    impact: remoteImpact(ask),
    images: remoteImages(ask),
    rolls: remoteRolls(ask),
    warming: remoteWarming(ask),
    collection: remoteCollection(ask),
    audit: remoteAudit(ask),
  };
}

function remoteRootfs(ask: Ask): RootfsOperator {
  return {
    stacks: () => ask.json(operations.listStacks),
    stack: (stack) => ask.json(operations.getStack, { parameters: { stack } }),
    versions: (stack) =>
      stack === undefined
        ? ask.json(operations.listRootfs)
        : ask.json(operations.listVersions, { parameters: { stack } }),
    version: (stack, version) => ask.json(operations.getVersion, { parameters: { stack, version } }),
    contents: (stack, version) => ask.json(operations.getContents, { parameters: { stack, version } }),
    import: async (stack: string, version: string, path: string, options: ImportOptions) => {
      const { sha256, os, architecture, osVersion } = options;
      await requireFile(path);
      return ask.json(operations.importVersion, {
        parameters: { stack, version },
        query: { sha256, os, architecture, osVersion },
        bytes: createReadStream(path, { highWaterMark: 256 * 1024 }),
      });
    },
    pull: (stack, version, reference, options) =>
      ask.json(operations.pullVersion, {
        parameters: { stack, version },
        body: { reference, ...options },
      }),
    promote: (stack, version) => ask.json(operations.promote, { parameters: { stack }, body: { version } }),
    retire: (stack, version) => ask.json(operations.retireVersion, { parameters: { stack, version } }),
    place: (stack, placements, ifGeneration) =>
      ask.json(operations.place, {
        parameters: { stack },
        body: placements,
        headers: ifGeneration === undefined ? {} : { 'if-match': `"${ifGeneration}"` },
      }),
    markInUse: (stack, holder, versions) =>
      ask.json(operations.markInUse, {
        parameters: { stack, holder },
        body: { versions: [...versions] },
      }),
  };
}

function remoteImpact(ask: Ask): ImpactOperator {
  return {
    droplets: async function* (stack, version, droplets, from) {
      const parameters = { stack, version };
      for (const page of pagesOf(droplets))
        yield* ask.lines(operations.getImpact, { parameters, body: { droplets: page, from } });
    },
  };
}

function remoteDroplets(ask: Ask): DropletOperator {
  return {
    list: (guid) => ask.json(operations.listDroplets, { query: { guid } }),
    count: () => ask.json(operations.countApps),
    get: (guid, hash) => ask.json(operations.getDroplet, { parameters: { guid, hash } }),
    put: (guid, hash, body, { stack, wait, sha256 }) =>
      ask.json(operations.putDroplet, {
        parameters: { guid, hash },
        query: { stack, wait: wait ? 'true' : undefined },
        headers: sha256 === undefined ? {} : { digest: `sha256=${sha256}` },
        bytes: body,
      }),
    remove: async (guid, hash) => {
      await ask.nothing(operations.deleteDroplet, { parameters: { guid, hash } });
      return true;
    },
    assignStack: async (guid, stack) => {
      await ask.nothing(operations.assignStack, { parameters: { guid }, body: { stack } });
      return true;
    },
    verify: (guid, hash) => ask.json(operations.verifyDroplet, { parameters: { guid, hash } }),
    refusals: ({ rule, skip, limit } = {}) =>
      ask.json(operations.listRefused, {
        query: { rule, skip: skip?.toFixed(0), limit: limit?.toFixed(0) },
      }),
    refusalRules: () => ask.json(operations.countRefused),
  };
}

function remoteImages(ask: Ask): ImageOperator {
  return {
    show: (reference) => ask.json(operations.showImage, { query: { reference } }),
    identify: (guid, digest) => ask.json(operations.identifyImage, { parameters: { guid, digest } }),
    identifyAll: async function* (images) {
      for (const page of pagesOf(images))
        yield* ask.lines(operations.identifyImages, { body: { images: page } });
    },
  };
}

function remoteWarming(ask: Ask): WarmOperator {
  return {
    stored: (since) => ask.lines(operations.listStored, { query: { since: since?.toFixed(0) } }),
    warm: (stack, guid, hash, version) =>
      ask.json(operations.warmDroplet, { parameters: { guid, hash }, body: { stack, version } }),
  };
}

function remoteCollection(ask: Ask): CollectionOperator {
  return { run: (options) => ask.json(operations.collect, { body: options }) };
}

function remoteAudit(ask: Ask): AuditOperator {
  return {
    list: ({ limit, ...range }) =>
      ask.json(operations.listAudit, { query: { ...range, limit: String(limit) } }),
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
