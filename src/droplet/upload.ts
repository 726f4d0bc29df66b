import { pipeline, type Readable, type TransformCallback } from 'node:stream';
import { Failure } from '../errors.ts';
import type { Store } from '../store/store.ts';
import { Meter, measure } from '../layer/meter.ts';
import { sourceKey } from './source-key.ts';

/** What the bytes must hash to: `hash` is SHA-1 or SHA-256 by its length, `sha256` what a header announced beside it. */
export type Announced = { hash: string; sha256?: string | undefined };

export type Stored = {
  /** whether these bytes are new here */
  created: boolean;
  sha1: string;
  sha256: string;
  size: number;
};

/**
 * Stores a droplet as it arrives. The bytes are hashed in passing, and become visible only when the hashes hold.
 * @throws Failure `mismatch` (`DIGEST_INVALID`), `conflict` when the hash already names other bytes
 */
export async function uploadDroplet(
  uploads: Store,
  guid: string,
  announced: Announced,
  body: Readable,
): Promise<Stored> {
  const check = new Check(guid, announced);
  pipeline(body, check, () => {
    // The error reaches put() through the destroyed `check`.
  });
  const key = sourceKey(guid, announced.hash);
  const info = await uploads.put(key, check, 'absent');
  const stored = {
    created: info !== undefined,
    sha1: check.hex('sha1'),
    sha256: check.hex('sha256'),
    size: check.size,
  };
  if (!stored.created) await requireSame(uploads, key, stored.sha256);
  return stored;
}

/** A meter that fails at the end of bytes that are not the announced ones. */
class Check extends Meter<'sha1' | 'sha256'> {
  readonly #guid: string;
  readonly #announced: Announced;

  constructor(guid: string, announced: Announced) {
    super('sha1', 'sha256');
    this.#guid = guid;
    this.#announced = announced;
  }

  override _flush(done: TransformCallback): void {
    const { hash, sha256 } = this.#announced;
    const named = this.hex(hash.length === 40 ? 'sha1' : 'sha256');
    if (named !== hash) done(mismatch(this.#guid, hash, named));
    else if (sha256 !== undefined && sha256 !== this.hex('sha256'))
      done(mismatch(this.#guid, sha256, this.hex('sha256')));
    else done();
  }
}

/** Two contents under one SHA-1 are an attack or a broken disk; the first one stays. */
async function requireSame(uploads: Store, key: string, sha256: string): Promise<void> {
  const present = await uploads.open(key);
  if (present === undefined)
    throw new Failure('busy', `Droplet ${key} was removed while it was put: try again`);
  const found = await measure(present.body, 'sha256');
  if (found.hex('sha256') !== sha256) {
    throw new Failure(
      'conflict',
      `Another content is already stored under ${key}: it is kept, the new one refused`,
    );
  }
}

function mismatch(guid: string, expected: string, found: string): Failure {
  return new Failure(
    'mismatch',
    `The bytes sent for droplet ${guid} hash to ${found}, not to the announced ${expected}: nothing was stored`,
    { reason: 'DIGEST_INVALID', expected, found },
  );
}
