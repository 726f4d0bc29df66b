import { droplet } from './droplet.ts';
import { randomNumbers, text } from './text.ts';

const recipe = { version: 1, files: 20_000, each: 100, smallest: 512, largest: 4096, seed: 4 };

/** Twenty thousand files of half a kilobyte to four, a hundred in each directory. */
export function smallFiles(): Promise<string> {
  return droplet('small-files', [recipe], 'ls content', async (_tree, write) => {
    const [random, prose] = [randomNumbers(recipe.seed), text(recipe.seed)];
    for (let first = 0; first < recipe.files; first += recipe.each) {
      const directory = `app/content/section-${first / recipe.each}`;
      const page = (_: unknown, i: number) => {
        const length = recipe.smallest + Math.floor(random() * (recipe.largest - recipe.smallest));
        return [`${directory}/page-${first + i}.md`, prose(length).slice(0, length)] as const;
      };
      await write(Object.fromEntries(Array.from({ length: recipe.each }, page)));
    }
  });
}
