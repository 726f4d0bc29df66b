import { LineCounter, parseDocument, type Document } from 'yaml';
import { z } from 'zod';
import { Failure, reasonOf } from '../../errors.ts';
import { roles, type Identity, type Role } from './identity.ts';

/** What a user may do, by name. It knows every name: who has no entry has the defaults. */
export type Grants = (user: string) => Identity;

/**
 * A repository name in which `*` stands for any characters of one component and `**` for any characters. Three wildcards
 * at most, since matching takes time to their power.
 */
const glob = z
  .string()
  .regex(/^[a-z0-9._/*-]+$/, 'a repository is lower-case letters, digits, . _ - / and the wildcards * and **')
  .refine((text) => (text.match(/\*+/g) ?? []).every((run) => run.length <= 2), 'use * or **')
  .refine((text) => (text.match(/\*+/g) ?? []).length <= 3, 'three wildcards at most');

const entry = z.strictObject({
  roles: z.array(z.enum(roles)).optional(),
  repositories: z.array(glob).optional(),
});
const schema = z.record(z.string(), entry);

/**
 * Parses a grants file, YAML of `<user>: {roles: [pull], repositories: ["cloudfoundry/*"]}`. Without roles, or without an
 * entry, a user has `pull`, and the user `admin` all of them; without repositories, every repository.
 * @throws Failure `invalid`, naming line, column and key
 */
export function parseGrants(text: string): Grants {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) throw invalid(lines, error.pos[0], error.message);
  const parsed = schema.safeParse(valueOf(document, lines));
  if (!parsed.success) throw explain(parsed.error, document, lines);
  const identities = new Map(
    Object.entries(parsed.data).map(([user, grant]) => [user, identity(user, grant)] as const),
  );
  return (user) => {
    const known = identities.get(user) ?? identity(user, {});
    identities.set(user, known);
    return known;
  };
}

/** An alias without an anchor, and a bomb of aliases, show only here. */
function valueOf(document: Document, lines: LineCounter): unknown {
  try {
    return document.toJS() ?? {};
  } catch (error) {
    throw invalid(lines, 0, reasonOf(error));
  }
}

function identity(user: string, grant: z.infer<typeof entry>): Identity {
  const defaults: readonly Role[] = user === 'admin' ? roles : ['pull'];
  const patterns = (grant.repositories ?? ['**']).map(patternOf);
  return {
    user,
    roles: new Set(grant.roles ?? defaults),
    mayUse: (repository) => patterns.some((pattern) => pattern.test(repository)),
  };
}

function patternOf(text: string): RegExp {
  const parts = text.split(/(\*+)/).map((part) => {
    if (part === '**') return '.*';
    return part === '*' ? '[^/]*' : part.replaceAll('.', '\\.');
  });
  return new RegExp(`^${parts.join('')}$`, 's');
}

function explain(error: z.ZodError, document: Document, lines: LineCounter): Failure {
  const [issue] = error.issues;
  const path = issue?.path.map(String) ?? [];
  if (issue?.code === 'unrecognized_keys') path.push(...issue.keys.slice(0, 1));
  const node = document.getIn(path, true) ?? document.contents;
  const where = path.length === 0 ? 'the file' : path.join('.');
  return invalid(lines, offsetOf(node), `${where}: ${issue?.message ?? error.message}`);
}

function offsetOf(node: unknown): number {
  const range: unknown =
    typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
  const offset: unknown = Array.isArray(range) ? range[0] : undefined;
  return typeof offset === 'number' ? offset : 0;
}

function invalid(lines: LineCounter, offset: number, why: string): Failure {
  const { line, col } = lines.linePos(offset);
  return new Failure('invalid', `Line ${line}, column ${col} of the grants file: ${why}`);
}
