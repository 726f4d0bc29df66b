import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { droplet } from './droplet.ts';
import { npmInstall } from './npm.ts';
import { text } from './text.ts';

const packages = { names: ['@fontsource/inter@5.2.8', 'bootstrap@5.3.8'], before: '2026-11-15' };

/** From the packages into the site. */
const assets = {
  'bootstrap/dist/css/bootstrap.css': 'css/bootstrap.css',
  'bootstrap/dist/css/bootstrap.min.css': 'css/bootstrap.min.css',
  'bootstrap/dist/js/bootstrap.bundle.js': 'js/bootstrap.bundle.js',
  'bootstrap/dist/js/bootstrap.bundle.min.js': 'js/bootstrap.bundle.min.js',
  ...Object.fromEntries(
    ['400-normal', '400-italic', '600-normal', '700-normal'].map((style) => [
      `@fontsource/inter/files/inter-latin-${style}.woff2`,
      `fonts/inter-${style}.woff2`,
    ]),
  ),
};

const recipe = { version: 1, pages: 150, length: 14_000, seed: 1 };

/** A web site of one megabyte as a droplet: 150 pages, style sheets, scripts and fonts. */
export function static1(): Promise<string> {
  return droplet('static-1', [recipe, packages, assets], 'ls public', async (tree, write) => {
    const [site, work] = [join(tree, 'app/public'), join(tree, 'work')];
    await mkdir(work);
    await npmInstall(work, packages);
    for (const [from, to] of Object.entries(assets))
      await cp(join(work, 'node_modules', from), join(site, to), { recursive: true });
    await rm(work, { recursive: true });
    const prose = text(recipe.seed);
    for (let page = 0; page < recipe.pages; page++)
      await write({ [`app/public/pages/${page}.html`]: html(`Page ${page}`, prose(recipe.length)) });
  });
}

function html(title: string, prose: string): string {
  const paragraphs = prose
    .trim()
    .split('\n\n')
    .map((paragraph) => `    <p class="lead">${paragraph}</p>`);
  return `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>${title}</title><link rel="stylesheet" href="../css/bootstrap.min.css"></head>
  <body class="container">
    <h1>${title}</h1>
${paragraphs.join('\n')}
  </body>
</html>
`;
}
