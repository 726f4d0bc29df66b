import type { Command } from 'commander';
import { resolve } from 'node:path';
import type { ImportOptions } from '../operator/operator.ts';
import { withOperator } from './connect.ts';
import { describeStack, describeVersion, promoted, versionTable } from './describe-rootfs.ts';
import { facadeCommand, type FacadeOptions } from './options.ts';
import { print } from './print.ts';

/** `dropstack rootfs …` */
export function rootfsCommands(program: Command): void {
  const rootfs = program
    .command('rootfs')
    .description('import, list and promote versions of root filesystems');

  facadeCommand(rootfs, 'import <stack> <version> <file>')
    .description('import a version: a plain tar, tar.gz, OCI layout (directory or tar) or docker-archive')
    .option('--sha256 <hex>', 'refuse the file unless it has this SHA-256')
    .option('--os <name>', 'operating system, where the file does not say')
    .option('--arch <name>', 'architecture as in GOARCH, where the file does not say')
    .option('--os-version <version>', 'os.version of the image')
    .option('--promote', 'promote it at once')
    .addHelpText(
      'after',
      '\nExample:\n  dropstack rootfs import cflinuxfs4 1.268.0 cflinuxfs4.tar.gz --sha256 3f2a…',
    )
    .action(importVersion);
  facadeCommand(rootfs, 'list [stack]')
    .description('list the versions of one stack, or of all')
    .action(async (stack: string | undefined, options: FacadeOptions) => {
      const versions = await withOperator(options, ({ rootfs: operator }) => operator.versions(stack));
      print(options.output, versions, () => versionTable(versions));
    });
  facadeCommand(rootfs, 'show <stack> [version]')
    .description(
      'show what a version is made of; without one, what the stack serves, and how it came to that',
    )
    .option('--contents', 'the packages, files and libraries of the version as well, as JSON')
    .action(show);
  facadeCommand(rootfs, 'promote <stack> <version>')
    .description('serve a version to all apps of the stack that are not placed on another')
    .action(async (stack: string, version: string, options: FacadeOptions) => {
      await withOperator(options, async ({ rootfs: operator }) => {
        const before = (await operator.stacks()).find((record) => record.stack === stack)?.promoted;
        const record = await operator.promote(stack, version);
        print(options.output, record, () => promoted(record, before));
      });
    });
  facadeCommand(rootfs, 'retire <stack> <version>')
    .description('stop serving tags over a version; its digests are served on')
    .action(async (stack: string, version: string, options: FacadeOptions) => {
      const record = await withOperator(options, ({ rootfs: operator }) => operator.retire(stack, version));
      print(
        options.output,
        record,
        () => `Version ${version} of stack ${stack} is retired: no tag serves it now.`,
      );
    });
  facadeCommand(rootfs, 'place <stack> <version> <guid...>')
    .description('keep the droplets of some guids on a version, whichever is promoted')
    .action(async (stack: string, version: string, guids: string[], options: FacadeOptions) => {
      await place(stack, guids, version, options);
    });
  facadeCommand(rootfs, 'unplace <stack> <guid...>')
    .description('let the droplets of some guids follow the promoted version again')
    .action(async (stack: string, guids: string[], options: FacadeOptions) => {
      await place(stack, guids, null, options);
    });
}

type ImportFlags = FacadeOptions & Omit<ImportOptions, 'architecture'> & { arch?: string; promote?: boolean };

async function importVersion(
  stack: string,
  version: string,
  file: string,
  { sha256, os, arch: architecture, osVersion, promote, ...options }: ImportFlags,
): Promise<void> {
  const path = resolve(file);
  await withOperator(
    options,
    async ({ rootfs }) => {
      const record = await rootfs.import(stack, version, path, {
        sha256,
        os,
        architecture,
        osVersion,
        name: file,
      });
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

type ShowFlags = FacadeOptions & { contents?: boolean };

async function show(stack: string, version: string | undefined, options: ShowFlags): Promise<void> {
  await withOperator(options, async ({ rootfs }) => {
    if (version === undefined) {
      const record = await rootfs.stack(stack);
      print(options.output, record, () => describeStack(record));
      return;
    }
    const record = await rootfs.version(stack, version);
    if (options.contents !== true) print(options.output, record, () => describeVersion(record));
    else print('json', { ...record, contents: await rootfs.contents(stack, version) }, () => '');
  });
}

async function place(
  stack: string,
  guids: string[],
  version: string | null,
  options: FacadeOptions,
): Promise<void> {
  const placements = Object.fromEntries(guids.map((guid) => [guid, version]));
  const record = await withOperator(options, ({ rootfs }) => rootfs.place(stack, placements));
  const where =
    version === null ? `the promoted version, ${record.promoted ?? 'none yet'}` : `version ${version}`;
  print(options.output, record, () => `Of stack ${stack}, served over ${where}: ${guids.join(', ')}`);
}
