import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ZodType } from 'zod';
import { Failure } from '../../errors.ts';
import { sha256, type Digest } from '../../oci/digest.ts';

/** The files that an image consists of: from a name in it to the file's path on this machine. */
export type Bundle = (name: string) => string | undefined;

/** What registries accept as a manifest; configs and indexes stay well below as well. */
const mostBytes = 4 * 1024 * 1024;

/** A directory, of which only names that we make ourselves are asked. */
export function directoryBundle(root: string): Bundle {
  return (name) => {
    const path = join(root, name);
    return existsSync(path) ? path : undefined;
  };
}

/**
 * Reads a JSON document of an image.
 * @throws Failure `invalid` where it is missing or malformed, `mismatch` where it does not hash to `digest`
 */
export async function readDocument<T>(
  bundle: Bundle,
  name: string,
  schema: ZodType<T>,
  digest?: Digest,
): Promise<T> {
  const path = bundle(name);
  if (path === undefined) throw new Failure('invalid', `it lacks ${name}`);
  if ((await stat(path)).size > mostBytes) {
    throw new Failure('invalid', `its ${name} is larger than ${mostBytes} bytes`);
  }
  const bytes = await readFile(path);
  const found = sha256(bytes);
  if (digest !== undefined && found !== digest) {
    throw new Failure('mismatch', `its ${name} hashes to ${found}`, { expected: digest, found });
  }
  try {
    return schema.parse(JSON.parse(bytes.toString()));
  } catch (cause) {
    throw new Failure('invalid', `its ${name} is not the JSON that an image has there`, { cause });
  }
}
