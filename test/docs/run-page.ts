import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { blocksOf, type Block } from './blocks.ts';
import { comparable, outputPattern } from './output-pattern.ts';
import type { Stay } from './shell.ts';
import type { World } from './world.ts';

export const project = join(import.meta.dirname, '../..');

/** Headings, as they stand in the page: from the one, and up to the other. */
type Part = { from?: string; until?: string };

/** For a program to say what the page shows. */
const patience = 120_000;

/**
 * Does what a page says, or a part of it, block by block.
 * @param name from the root of the project
 * @throws Error naming the line of a block that fails, or prints something else than the page shows
 */
export async function runPage(world: World, name: string, part: Part = {}): Promise<void> {
  for (const block of await blocks(name, part)) {
    try {
      await runBlock(world, block);
    } catch (cause) {
      throw new Error(`${name}, line ${block.line}: ${cause instanceof Error ? cause.message : ''}`, {
        cause,
      });
    }
  }
}

async function blocks(name: string, { from, until }: Part): Promise<Block[]> {
  const text = await readFile(join(project, name), 'utf8');
  const lines = text.split('\n');
  const lineOf = (heading: string): number => {
    if (!lines.includes(heading)) throw new Error(`${name} has no heading ${heading}`);
    return lines.indexOf(heading) + 1;
  };
  const [first, end] = [
    from === undefined ? 0 : lineOf(from),
    until === undefined ? Infinity : lineOf(until),
  ];
  return blocksOf(text).filter(({ line }) => line > first && line < end);
}

async function runBlock(world: World, block: Block): Promise<void> {
  const text = here(block.text, world);
  switch (block.kind) {
    case 'run':
      expect(await world.run(text), block.output, world);
      break;
    case 'stay':
      await hasSaid(await world.stay(text), block.output ?? '', world);
      break;
    case 'file':
      await world.write(block.path, text);
      break;
    case 'not-run':
    case 'shown':
      break;
    default:
      block satisfies never;
  }
}

/** Other pages, and whatever else runs on this machine, have the addresses that people have. */
function here(text: string, { address }: World): string {
  return text.replaceAll(/\b(?:127\.0\.0\.1|0\.0\.0\.0):/g, `${address}:`);
}

function expect(output: string, shown: string | undefined, { address }: World): void {
  if (shown === undefined) return;
  const printed = comparable(output.replaceAll(address, '127.0.0.1'));
  if (!outputPattern(shown).test(printed))
    throw new Error(`The page shows\n${shown}\n\nand it is\n${printed}`);
}

async function hasSaid({ output, hasEnded }: Stay, shown: string, world: World): Promise<void> {
  for (const until = Date.now() + patience; ; await delay(100)) {
    const isLast = hasEnded() || Date.now() > until;
    try {
      expect(await output(), `${shown}\n…`, world);
      return;
    } catch (error) {
      if (isLast) throw error;
    }
  }
}
