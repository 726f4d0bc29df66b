import type { FileEntry } from '../contents/contents.ts';

export type FileDifference = 'added' | 'removed' | 'type' | 'mode' | 'size' | 'target';

type State = Omit<FileEntry, 'path'>;

/** `from` and `to` are the file as it was and as it is; one is missing where it came or went. */
export type FileChange = {
  path: string;
  changes: FileDifference[];
  from?: State;
  to?: State;
};

/** By path. Of a file of another type nothing more is told. */
export function diffFiles(from: readonly FileEntry[], to: readonly FileEntry[]): FileChange[] {
  const [before, after] = [byPath(from), byPath(to)];
  const paths = [...new Set([...before.keys(), ...after.keys()])].toSorted();
  return paths.flatMap((path): FileChange[] => {
    const [a, b] = [before.get(path), after.get(path)];
    const changes = changesOf(a, b);
    return changes.length === 0 ? [] : [{ path, changes, ...(a && { from: a }), ...(b && { to: b }) }];
  });
}

function byPath(files: readonly FileEntry[]): Map<string, State> {
  return new Map(files.map(({ path, ...state }) => [path, state]));
}

function changesOf(from: State | undefined, to: State | undefined): FileDifference[] {
  if (from === undefined) return ['added'];
  if (to === undefined) return ['removed'];
  if (from.type !== to.type) return ['type'];
  return (['mode', 'size', 'target'] as const).filter((field) => from[field] !== to[field]);
}
