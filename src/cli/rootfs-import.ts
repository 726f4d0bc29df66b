import type { Command } from 'commander';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { PullOptions, RootfsOperator } from '../operator/operator.ts';
import type { RootfsRecord } from '../rootfs/record.ts';
import { isForced, readImageReference } from '../rootfs/registry/image-reference.ts';
import { withOperator } from './connect.ts';
import { describeVersion } from './describe-rootfs.ts';
import { dockerConfig } from './docker-config.ts';
import { facadeCommand, type FacadeOptions } from './options.ts';
import { patiently } from './patiently.ts';
import { print } from './print.ts';
import { onlyTried, withDryRun, type DryRun } from './trial/dry-run.ts';

/** `dropstack rootfs import` */
export function importCommand(rootfs: Command): void {
  withDryRun(facadeCommand(rootfs, 'import <stack> <version> <file|reference>'))
    .description(
      'import a version: a plain tar, tar.gz, OCI layout (directory or tar) or docker-archive, or an image in a registry',
    )
    .option('--sha256 <hex>', 'refuse the file, or the manifest in the registry, unless it has this SHA-256')
    .option('--os <name>', 'operating system, where the file does not say; of several images, which one')
    .option('--arch <name>', 'architecture as in GOARCH, likewise')
    .option('--os-version <release>', 'os.version of the image')
    .option('--promote', 'promote it at once')
    .option('--registry-auth <file>', "credentials for registries, as in docker's config.json; with --data")
    .option('--plain-http', 'ask a registry on another machine without TLS')
    .addHelpText('after', examples)
    .action(importVersion);
}

const examples = `
Example:
  dropstack rootfs import cflinuxfs4 1.268.0 cflinuxfs4.tar.gz --sha256 3f2a…
  dropstack rootfs import cflinuxfs4 1.268.0 docker.io/cloudfoundry/cflinuxfs4:1.268.0
A file that is there goes before an image; docker:// before a reference says that no file is meant.`;

type ImportFlags = FacadeOptions &
  DryRun &
  Omit<PullOptions, 'architecture'> & {
    arch?: string;
    promote?: boolean;
  };

async function importVersion(
  stack: string,
  version: string,
  source: string,
  { sha256, os, arch: architecture, osVersion, plainHttp, promote, ...options }: ImportFlags,
): Promise<void> {
  const wanted = { sha256, os, architecture, osVersion, plainHttp };
  if (options.dryRun === true) {
    await tryVersion(stack, version, source, wanted, { ...options, promote: promote === true });
    return;
  }
  await withOperator(
    options,
    async ({ rootfs }) => {
      const record = await bring(rootfs, stack, version, source, wanted);
      const stacks = promote === true ? [await rootfs.promote(stack, version)] : await rootfs.stacks();
      const serves = stacks.find((item) => item.stack === stack)?.promoted;
      const next =
        serves === version
          ? `Stack ${stack} serves it.`
          : `Stack ${stack} serves ${serves ?? 'no version yet'}. To serve this one: dropstack rootfs promote ${stack} ${version}`;
      print(options.output, record, () => `${describeVersion(record)}\n\nImported. ${next}`);
    },
    true,
  );
}

/** An image is pulled by this machine here, as whom its own credentials or docker's say. */
async function tryVersion(
  stack: string,
  version: string,
  source: string,
  wanted: PullOptions,
  { promote, ...options }: FacadeOptions & { promote: boolean },
): Promise<void> {
  const { tryImport } = await import('./trial/try-import.ts');
  const registryAuth = options.registryAuth ?? dockerConfig();
  const place = isImage(source)
    ? { reference: source, registryAuth }
    : { path: resolve(source), name: source };
  const { record, isKnown } = await withOperator(options, ({ rootfs }) =>
    tryImport(rootfs, { ...wanted, stack, version, promote, ...place }),
  );
  const said = isKnown ? 'it is there already' : 'it would be imported';
  print(
    options.output,
    { dryRun: true, isKnown, ...record },
    () => `${describeVersion(record)}\n\n${onlyTried(`${said}${promote ? ', and promoted' : ''}.`)}`,
  );
}

/** A file that is there goes before an image. */
function isImage(source: string): boolean {
  return isForced(source) || (!existsSync(resolve(source)) && readImageReference(source) !== undefined);
}

/** A facade that pulls has its client ask again. */
async function bring(
  rootfs: RootfsOperator,
  stack: string,
  version: string,
  source: string,
  { plainHttp, ...options }: PullOptions,
): Promise<RootfsRecord> {
  if (isImage(source)) {
    const work = () => rootfs.pull(stack, version, source, { ...options, plainHttp });
    return patiently(work, undefined, 0);
  }
  return rootfs.import(stack, version, resolve(source), { ...options, name: source });
}
