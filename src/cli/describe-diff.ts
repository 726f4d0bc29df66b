import type { ContentsDiff } from '../rootfs/diff.ts';
import type { FileChange, FileDifference } from '../rootfs/diff/files.ts';
import type { LibraryChange } from '../rootfs/diff/libraries.ts';
import { table } from './print.ts';

/** How many files differ in what. One that differs in two things counts in both. */
export function fileCounts(files: readonly FileChange[]): Record<FileDifference, number> {
  const count = (change: FileDifference): number =>
    files.filter(({ changes }) => changes.includes(change)).length;
  return {
    added: count('added'),
    removed: count('removed'),
    type: count('type'),
    mode: count('mode'),
    size: count('size'),
    target: count('target'),
  };
}

/** The diff for people: what apps may miss first. @param allFiles lists files one by one */
export function describeDiff(diff: ContentsDiff, allFiles: boolean): string {
  const { libraries, packages, files, unknown } = diff;
  const missed = libraries.filter(({ change }) => change !== 'added');
  const parts = [
    missed.length === 0
      ? 'No library is removed, and none has lost a symbol version.'
      : libraryTable('MAY BE MISSED', missed),
    table(
      ['PACKAGE', 'ARCHITECTURE', 'FROM', 'TO', 'CHANGE'],
      packages.map((item) => [item.name, item.architecture, item.from ?? '', item.to ?? '', item.change]),
      'The packages are the same.',
    ),
  ];
  const added = libraries.filter(({ change }) => change === 'added');
  if (added.length > 0) parts.push(libraryTable('NEW LIBRARY', added));
  parts.push(allFiles ? fileTable(files) : countLine(files));
  if (unknown.from + unknown.to > 0) {
    parts.push(
      `Could not be read: ${unknown.from} things before, ${unknown.to} after: rootfs show --contents names them.`,
    );
  }
  return parts.join('\n\n');
}

function libraryTable(heading: string, libraries: readonly LibraryChange[]): string {
  return table(
    [heading, 'MACHINE', 'CHANGE', 'SYMBOL VERSIONS', 'PATH'],
    libraries.map(({ library, class: wordSize, machine, change, versions, paths }) => [
      library,
      `${machine}, ${wordSize} bit`,
      change,
      change === 'lost versions' ? versions.join(' ') : '',
      paths.join(' '),
    ]),
  );
}

function fileTable(files: readonly FileChange[]): string {
  return table(
    ['FILE', 'CHANGE', 'FROM', 'TO'],
    files.map(({ path, changes, from, to }) => [path, changes.join(', '), stateOf(from), stateOf(to)]),
    'The files are the same.',
  );
}

function stateOf(state: FileChange['from']): string {
  if (state === undefined) return '';
  const { type, mode, size, target } = state;
  const rest = [
    size === undefined ? undefined : `${size} B`,
    target === undefined ? undefined : `-> ${target}`,
  ];
  return [type, mode.toString(8).padStart(4, '0'), ...rest].filter((part) => part !== undefined).join(' ');
}

function countLine(files: readonly FileChange[]): string {
  if (files.length === 0) return 'The files are the same.';
  const { added, removed, ...changed } = fileCounts(files);
  const others = Object.entries(changed).map(([what, count]) => `${count} of another ${what}`);
  return `Files: ${[`${added} added`, `${removed} removed`, ...others].join(', ')}. --files lists them.`;
}
