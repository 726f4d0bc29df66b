import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { Failure, reasonOf } from '../../errors.ts';
import type { ImageReference } from './image-reference.ts';

export type Credentials = { user: string; password: string };

const entry = z.looseObject({
  auth: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
});
const schema = z.looseObject({ auths: z.record(z.string(), entry).default({}) });

/**
 * Who we are to the registry of a reference, by a file in the form of docker's `config.json`: of the keys in `auths` that are
 * its registry, or that and a beginning of its repository, the longest. Undefined where there is none.
 * No message has anything of what the file holds but keys.
 * @throws Failure `unavailable` when the file cannot be read or used
 */
export async function readCredentials(
  path: string,
  { registry, repository }: ImageReference,
): Promise<Credentials | undefined> {
  const { auths } = await readAuths(path);
  const entries = new Map(Object.entries(auths).map(([key, value]) => [nameOf(key), value]));
  const parts = [registry, ...repository.split('/')];
  for (let length = parts.length; length > 0; length--) {
    const key = parts.slice(0, length).join('/');
    const credentials = credentialsOf(entries.get(key) ?? {}, key, path);
    if (credentials !== undefined) return credentials;
  }
  return undefined;
}

/**
 * Whether all of such a file can be used.
 * @throws Failure `unavailable`, as above, where something in it cannot
 */
export async function requireCredentials(path: string): Promise<void> {
  const { auths } = await readAuths(path);
  for (const [key, value] of Object.entries(auths)) credentialsOf(value, key, path);
}

async function readAuths(path: string): Promise<z.output<typeof schema>> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw unusable(path, reasonOf(cause));
  });
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    // What such an error says is a piece of the file.
    throw unusable(path, "it has not the form of docker's config.json");
  }
}

/** Keys are written in several ways: as a URL, of an old version of the protocol, and Docker Hub's by its former name. */
function nameOf(key: string): string {
  const bare = key.replace(/^https?:\/\//, '').replace(/(?:\/v[12])?\/*$/, '');
  return bare
    .replace(/^[^/]+/, (host) => host.toLowerCase())
    .replace(/^(?:index|registry-1)\.docker\.io/, 'docker.io');
}

function credentialsOf(
  { auth, username, password }: z.output<typeof entry>,
  key: string,
  path: string,
): Credentials | undefined {
  if (username !== undefined && password !== undefined) return { user: username, password };
  if (auth === undefined || auth === '') return undefined;
  const text = Buffer.from(auth, 'base64').toString();
  const colon = text.indexOf(':');
  const secret = text.slice(colon + 1);
  if (colon < 1 || secret === '') {
    throw unusable(path, `auth of ${key} is not user:password in Base64`);
  }
  return { user: text.slice(0, colon), password: secret };
}

function unusable(path: string, why: string): Failure {
  return new Failure('unavailable', `Cannot use the registry credentials in ${path}: ${why}`);
}
