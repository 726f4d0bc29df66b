import { readFileSync } from 'node:fs';
import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
} from 'yaml';
import { reasonOf } from '../errors.ts';
import type { Given, Mistake } from './given.ts';
import type { ConfigInput } from './schema.ts';
import type { Path, Where } from './where.ts';

/** The options in a YAML file. Of one that cannot be read, all mistakes that its parser finds are told. */
export function fromFile(file: string): Given {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return broken(file, `cannot be read: ${reasonOf(error)}`);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): Where => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const where = (option: Path): Where => at(offsetOf(document, option));
  const mistakes = mistakesOf(document, at);
  // Of what stands twice the last is taken, and the rest can be looked at.
  const isYaml = mistakes.length === document.errors.filter(({ code }) => code === 'DUPLICATE_KEY').length;
  if (!isYaml) return { values: {}, where, mistakes, isWhole: false };
  try {
    const values: unknown = document.toJS() ?? {};
    if (isMapping(values)) return { values, where, mistakes, isWhole: true };
    return broken(at(startOf(document.contents) ?? 0), 'must hold options by name');
  } catch (error) {
    // A bomb of aliases shows only here.
    return broken(file, `is not YAML: ${reasonOf(error)}`);
  }
}

function broken(place: string | Where, message: string): Given {
  const where = typeof place === 'string' ? { file: place } : place;
  return { values: {}, where: () => where, mistakes: [{ where, message }], isWhole: false };
}

function mistakesOf(document: Document, at: (offset: number) => Where): Mistake[] {
  const found = document.errors.map(({ pos, message }) => ({ offset: pos[0], message }));
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) === undefined)
        found.push({ offset: startOf(alias) ?? 0, message: `there is no anchor &${alias.source} before it` });
    },
  });
  return found
    .toSorted((one, other) => one.offset - other.offset)
    .map(({ offset, message }) => ({ where: at(offset), message: `is not YAML: ${message}` }));
}

function isMapping(value: unknown): value is ConfigInput {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Where the name of an option begins, or of the closest that holds it. */
function offsetOf(document: Document, option: Path): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const part of option) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.findLast(({ key }) => isScalar(key) && String(key.value) === String(part));
      if (pair === undefined) break;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      offset = startOf(node) ?? offset;
    } else break;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
