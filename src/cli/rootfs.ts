import type { Command } from 'commander';
import { requireGuid } from '../oci/names.ts';
import { diffContents } from '../rootfs/diff.ts';
import { placement, promotion, retirement } from '../rootfs/stack-change.ts';
import type { StackRecord } from '../rootfs/stack-record.ts';
import { withOperator } from './connect.ts';
import { describeDiff, fileCounts } from './describe-diff.ts';
import { describeStack, describeVersion, promoted, versionTable } from './describe-rootfs.ts';
import { facadeCommand, type FacadeOptions } from './options.ts';
import { print } from './print.ts';
import { importCommand } from './rootfs-import.ts';
import { onlyTried, withDryRun, type DryRun } from './trial/dry-run.ts';
import { tryChange } from './trial/try-change.ts';

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
      print(options.output, versions, () => versionTable(versions, stack));
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
    .addHelpText('after', '\nExample:\n  dropstack rootfs diff cflinuxfs4 1.268.0 1.269.0')
    .action(diff);
  withDryRun(facadeCommand(rootfs, 'promote <stack> <version>'))
    .description('serve a version to all apps of the stack that are not placed on another')
    .addHelpText(
      'after',
      '\nNothing is restarted: each app gets it when its container next starts. To roll a fleet: dropstack rollout start.\n\n' +
        'Example:\n  dropstack rootfs promote cflinuxfs4 1.269.0',
    )
    .action(promote);
  withDryRun(facadeCommand(rootfs, 'retire <stack> <version>'))
    .description('stop serving tags over a version; its digests are served on')
    .addHelpText(
      'after',
      '\nOne that is promoted, placed or still runs is refused. Its bytes go with dropstack gc, when the grace is over.\n\n' +
        'Example:\n  dropstack rootfs retire cflinuxfs4 1.268.0 --dry-run',
    )
    .action(retire);
  withDryRun(facadeCommand(rootfs, 'place <stack> <version> <guid...>'))
    .description('keep the droplets of some guids on a version, whichever is promoted')
    .action(async (stack: string, version: string, guids: string[], options: Flags) => {
      await place(stack, guids, version, options);
    });
  withDryRun(facadeCommand(rootfs, 'unplace <stack> <guid...>'))
    .description('let the droplets of some guids follow the promoted version again')
    .action(async (stack: string, guids: string[], options: Flags) => {
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

type Flags = FacadeOptions & DryRun;

async function promote(stack: string, version: string, options: Flags): Promise<void> {
  await withOperator(options, async ({ rootfs }) => {
    const before = (await rootfs.stacks()).find((record) => record.stack === stack)?.promoted;
    const record =
      options.dryRun === true
        ? await tryChange(rootfs, stack, [version], (found) => promotion(found, version))
        : await rootfs.promote(stack, version);
    tell(options, record, promoted(record, before));
  });
}

async function retire(stack: string, version: string, options: Flags): Promise<void> {
  const record = await withOperator(options, ({ rootfs }) => {
    if (options.dryRun !== true) return rootfs.retire(stack, version);
    const at = new Date().toISOString();
    return tryChange(rootfs, stack, [version], (found) => retirement(found, version, at));
  });
  tell(options, record, `Version ${version} of stack ${stack} is retired: no tag serves it now.`);
}

async function place(stack: string, guids: string[], version: string | null, options: Flags): Promise<void> {
  guids.forEach(requireGuid);
  const placements = Object.fromEntries(guids.map((guid) => [guid, version]));
  const record = await withOperator(options, ({ rootfs }) => {
    if (options.dryRun !== true) return rootfs.place(stack, placements);
    const versions = version === null ? [] : [version];
    return tryChange(rootfs, stack, versions, (found) => placement(found, placements));
  });
  const where =
    version === null ? `the promoted version, ${record.promoted ?? 'none yet'}` : `version ${version}`;
  tell(options, record, `Of stack ${stack}, served over ${where}: ${guids.join(', ')}`);
}

/** What a stack is after a change, or would be. */
function tell({ output, dryRun = false }: Flags, record: StackRecord, text: string): void {
  print(output, dryRun ? { dryRun, ...record } : record, () => (dryRun ? onlyTried(text) : text));
}
