import type { Command } from 'commander';
import { createReadStream, type ReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Failure } from '../errors.ts';
import { measure } from '../layer/meter.ts';
import { requireGuid, requireStack } from '../oci/names.ts';
import { withOperator } from './connect.ts';
import { describeDroplet, describeTriedPut, dropletTable } from './describe-droplet.ts';
import { facadeCommand, type FacadeOptions } from './options.ts';
import { bytes, print, table } from './print.ts';
import { onlyTried, withDryRun, type DryRun } from './trial/dry-run.ts';

/** `dropstack droplet …` */
export function dropletCommands(program: Command): void {
  const droplet = program.command('droplet').description('put, list and check droplets');

  withDryRun(facadeCommand(droplet, 'put <guid> <file>'))
    .description('store and convert a droplet; its hash is computed here')
    .option('--stack <stack>', 'the stack it belongs to')
    .option('--sha256', 'name it by SHA-256 instead of SHA-1')
    .addHelpText('after', '\nExample:\n  dropstack droplet put 4c2e8b7a-… droplet.tgz --stack cflinuxfs4')
    .action(put);
  facadeCommand(droplet, 'list [guid]')
    .description('list the droplets of one guid, or all')
    .option('--refused', 'only those that cannot be served, and why')
    .action(list);
  facadeCommand(droplet, 'show <guid> <hash>')
    .description('show what is known of a droplet: its layer, or why it was refused')
    .action(async (guid: string, hash: string, options: FacadeOptions) => {
      const details = await withOperator(options, ({ droplets }) => droplets.get(guid, hash));
      print(options.output, details, () => describeDroplet(details));
    });
  withDryRun(facadeCommand(droplet, 'assign <guid> <stack>'))
    .description('say to which stack the droplets of a guid belong')
    .action(assign);
  facadeCommand(droplet, 'verify <guid> <hash>')
    .description('read a droplet and its layer again and compare their hashes; exit code 1 where they differ')
    .action(verify);
  withDryRun(facadeCommand(droplet, 'rm <guid> <hash>'))
    .description('delete a droplet: its tags are gone at once, its digests are served on')
    .action(remove);
}

type Flags = FacadeOptions & DryRun;
type PutFlags = Flags & { stack?: string; sha256?: boolean };

async function put(guid: string, file: string, options: PutFlags): Promise<void> {
  await requireFile(file);
  const meter = await measure(read(file), 'sha1', 'sha256');
  const sha256 = meter.hex('sha256');
  const hash = options.sha256 === true ? sha256 : meter.hex('sha1');
  if (options.dryRun === true) {
    const { tryPut } = await import('./trial/try-put.ts');
    const droplet = { guid, hash, sha256, stack: options.stack };
    const tried = await withOperator(options, ({ droplets }) => tryPut(droplets, droplet, file));
    print(options.output, { dryRun: true, ...tried }, () => onlyTried(describeTriedPut(tried)));
    return;
  }
  const work = { stack: options.stack, sha256, wait: true };
  const result = await withOperator(
    options,
    ({ droplets }) => droplets.put(guid, hash, read(file), work),
    true,
  );
  const done = result.created ? 'Stored and converted' : 'Known already and converted:';
  const image = `${options.stack ?? 'cloudfoundry'}/${guid}:${hash}`;
  print(options.output, result, () => `${done} ${bytes(result.size)}. Pull it as ${image}`);
}

async function assign(guid: string, stack: string, options: Flags): Promise<void> {
  requireGuid(guid);
  requireStack(stack);
  if (options.dryRun === true) {
    const droplets = await withOperator(options, (operator) => operator.droplets.list(guid));
    const told = { dryRun: true, guid, stack, droplets };
    const others = droplets.filter((droplet) => droplet.stack !== stack).length;
    print(options.output, told, () =>
      onlyTried(`of ${droplets.length} droplets of ${guid}, ${others} would change to stack ${stack}.`),
    );
    return;
  }
  await withOperator(options, ({ droplets }) => droplets.assignStack(guid, stack));
  print(options.output, { guid, stack }, () => `The droplets of ${guid} belong to stack ${stack}.`);
}

async function remove(guid: string, hash: string, options: Flags): Promise<void> {
  if (options.dryRun === true) {
    const { state } = await withOperator(options, ({ droplets }) => droplets.get(guid, hash));
    const would = state === 'deleted' ? 'is deleted already' : `is ${state}, and would be deleted`;
    const told = { dryRun: true, guid, hash, state };
    print(options.output, told, () => onlyTried(`droplet ${guid}/${hash} ${would}.`));
    return;
  }
  await withOperator(options, ({ droplets }) => droplets.remove(guid, hash));
  print(options.output, { guid, hash, state: 'deleted' }, () => `Droplet ${guid}/${hash} is deleted.`);
}

async function requireFile(path: string): Promise<void> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new Failure('invalid', `Cannot read ${path}: there is no such file`, { cause });
  });
  if (!found.isFile()) throw new Failure('invalid', `${path} is not a file: a droplet is a tar.gz`);
}

function read(file: string): ReadStream {
  return createReadStream(file, { highWaterMark: 256 * 1024 });
}

async function list(guid: string | undefined, options: FacadeOptions & { refused?: boolean }): Promise<void> {
  if (guid !== undefined) requireGuid(guid);
  if (options.refused !== true) {
    const droplets = await withOperator(options, (operator) => operator.droplets.list(guid));
    print(options.output, droplets, () => dropletTable(droplets));
    return;
  }
  const all = await withOperator(options, (operator) => operator.droplets.refusals());
  const refused = all.filter((refusal) => guid === undefined || refusal.guid === guid);
  print(options.output, refused, () =>
    table(
      ['GUID', 'HASH', 'RULE', 'ENTRY', 'WHY'],
      refused.map(({ rule, entry, detail, ...droplet }) => [droplet.guid, droplet.hash, rule, entry, detail]),
      'No droplet is refused.',
    ),
  );
}

async function verify(guid: string, hash: string, options: FacadeOptions): Promise<void> {
  const result = await withOperator(options, ({ droplets }) => droplets.verify(guid, hash));
  const { problems } = result;
  print(options.output, result, () => problems.join('\n') || `Droplet ${guid}/${hash} is whole.`);
  if (problems.length > 0) process.exitCode = 1;
}
