import type { Command } from 'commander';
import { diffContents } from '../rootfs/diff.ts';
import { withOperator } from './connect.ts';
import { describeDiff, fileCounts } from './describe-diff.ts';
import { describeStack, describeVersion, promoted, versionTable } from './describe-rootfs.ts';
import { facadeCommand, type FacadeOptions } from './options.ts';
import { print } from './print.ts';
import { importCommand } from './rootfs-import.ts';

/** `dropstack rootfs …` */
export function rootfsCommands(program: Command): void {
  const rootfs = program
    .command('rootfs')
    .description('import, list and promote versions of root filesystems');

  importCommand(rootfs);
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
  facadeCommand(rootfs, 'diff <stack> <from> <to>')
    .description('tell what differs between two versions: first the libraries that apps may miss')
    .option('--files', 'list every file that differs, instead of counting them')
    .action(diff);
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

type DiffFlags = FacadeOptions & { files?: boolean };

async function diff(stack: string, from: string, to: string, options: DiffFlags): Promise<void> {
  await withOperator(options, async ({ rootfs }) => {
    const [before, after] = await Promise.all([rootfs.contents(stack, from), rootfs.contents(stack, to)]);
    const found = diffContents(before, after);
    const { files, ...rest } = found;
    const told = { stack, from, to, ...rest, counts: fileCounts(files) };
    const isAll = options.files === true;
    print(options.output, isAll ? { ...told, files } : told, () => describeDiff(found, isAll));
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
