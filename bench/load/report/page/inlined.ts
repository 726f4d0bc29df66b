import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { markup, type Markup } from '../../../../src/rollout/receipt/markup.ts';
import { style } from './style.ts';

type Inlined = {
  /** a Content-Security-Policy under which nothing but these runs, and nothing is loaded */
  policy: string;
  styles: Markup;
  scripts: Markup;
};

/** uPlot with its licence, our style and script, as elements. */
export async function inlined(): Promise<Inlined> {
  const require = createRequire(import.meta.url);
  const [library, libraryStyle, licence, own] = await Promise.all([
    readFile(require.resolve('uplot/dist/uPlot.iife.min.js'), 'utf8'),
    readFile(require.resolve('uplot/dist/uPlot.min.css'), 'utf8'),
    readFile(require.resolve('uplot/LICENSE'), 'utf8'),
    readFile(join(import.meta.dirname, 'page-script.js'), 'utf8'),
  ]);
  const styles = [libraryStyle, style.html];
  const scripts = [`/*!\n${licence}\n*/\n${library}`, own];
  return {
    policy: `default-src 'none'; script-src ${hashes(scripts)}; style-src ${hashes(styles)}; base-uri 'none'; form-action 'none'`,
    styles: markup`${styles.map((css) => markup`<style>${{ html: css }}</style>\n`)}`,
    scripts: markup`${scripts.map((js) => markup`<script>${{ html: js }}</script>\n`)}`,
  };
}

function hashes(texts: readonly string[]): string {
  return texts.map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`).join(' ');
}
