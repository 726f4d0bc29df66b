import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure, reasonOf } from '../errors.ts';
import { sha256 } from '../oci/digest.ts';

export type WatchOptions = {
  /** How often the files are read. Default 2 seconds. */
  intervalMs?: number;
  /** Told once of each content that could not be used, and of each reason why the files could not be read. */
  onError(error: Failure): void;
};

export type Watch = { close(): void };

export type KeyPair = { cert: string; key: string };

/**
 * Applies the content of a file, now and whenever it changes. It is read again and again by its path, since Kubernetes
 * changes a mounted secret by swapping a symlink above it, and not every file system tells of that. A new content is
 * applied once it was read twice the same, so that no half-written file is; when `apply` throws, what was applied before
 * is in force still.
 * @throws Failure `invalid` when the first content cannot be read or applied
 */
export function watchFile(
  path: string,
  apply: (text: string) => void | Promise<void>,
  options: WatchOptions,
): Promise<Watch> {
  return watch(path, () => readFile(path, 'utf8'), apply, options);
}

/** `watchFile` for a certificate and its key in PEM: applied together or not at all. */
export function watchKeyPair(
  paths: KeyPair,
  apply: (pair: KeyPair) => void | Promise<void>,
  options: WatchOptions,
): Promise<Watch> {
  const read = async () => {
    const [cert, key] = await Promise.all([readFile(paths.cert, 'utf8'), readFile(paths.key, 'utf8')]);
    return { cert, key };
  };
  return watch(`${paths.cert} and ${paths.key}`, read, apply, options);
}

async function watch<T>(
  name: string,
  read: () => Promise<T>,
  apply: (texts: T) => void | Promise<void>,
  options: WatchOptions,
): Promise<Watch> {
  const load = () => orFailure(`Cannot read ${name}`, read);
  const use = (texts: T) => orFailure(`Cannot use ${name}`, async () => apply(texts));
  const first = await load();
  await use(first);
  const watcher = new Watcher(load, use, (error) => options.onError(error), first);
  void watcher.run(options.intervalMs ?? 2_000);
  return watcher;
}

class Watcher<T> implements Watch {
  readonly #read: () => Promise<T>;
  readonly #use: (texts: T) => Promise<void>;
  readonly #onError: (error: Failure) => void;
  readonly #closed = new AbortController();
  #applied: string;
  #seen: string;
  /** The content, or the reason, that `onError` was told of last. */
  #told = '';

  constructor(
    read: () => Promise<T>,
    use: (texts: T) => Promise<void>,
    onError: (error: Failure) => void,
    first: T,
  ) {
    this.#read = read;
    this.#use = use;
    this.#onError = onError;
    this.#applied = this.#seen = fingerprint(first);
  }

  close(): void {
    this.#closed.abort();
  }

  async run(intervalMs: number): Promise<void> {
    const { signal } = this.#closed;
    const pause = () => sleep(intervalMs, true, { ref: false, signal }).catch(() => false);
    while (await pause()) {
      await this.#poll().catch((error: unknown) => this.#tell(error, String(error)));
    }
  }

  async #poll(): Promise<void> {
    const texts = await this.#read();
    const now = fingerprint(texts);
    const settled = now === this.#seen;
    this.#seen = now;
    if (!settled || this.#closed.signal.aborted) return;
    if (now !== this.#applied && now !== this.#told) {
      await this.#use(texts).then(
        () => (this.#applied = now),
        (error: unknown) => this.#tell(error, now),
      );
    }
    if (now === this.#applied) this.#told = '';
  }

  #tell(error: unknown, about: string): void {
    if (about === this.#told || this.#closed.signal.aborted) return;
    this.#told = about;
    if (error instanceof Failure) this.#onError(error);
  }
}

async function orFailure<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const why = reasonOf(cause);
    throw new Failure('invalid', `${what}: ${why}`, { cause });
  }
}

/** Contents are compared by it, so that no key stays in memory for that. */
function fingerprint(texts: unknown): string {
  return sha256(JSON.stringify(texts));
}
