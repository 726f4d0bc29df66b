import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { modulesFrom } from './modules.ts';

/** A file of the dashboard, as it is sent. */
export type Asset = { type: string; bytes: Buffer; etag: string; headers: Readonly<Record<string, string>> };

/** Files by the paths that they are asked for by. */
export type Dashboard = ReadonlyMap<string, Asset>;

const source = join(import.meta.dirname, '../..');

/** Files of other packages, by the names that the page has for them. */
const libraries: Readonly<Record<string, string>> = {
  'preact.js': 'preact',
  'preact-hooks.js': 'preact/hooks',
  'htm.js': 'htm',
  'uplot.js': 'uplot/dist/uPlot.esm.js',
  'uPlot.css': 'uplot/dist/uPlot.min.css',
};

/** All files of the dashboard: its page is that of `/`. */
export async function loadDashboard(): Promise<Dashboard> {
  const modules = await modulesFrom(source, 'dashboard/main');
  const paths = [...modules.keys()].map((name) => `/dashboard/src/${name}`);
  const assets = new Map<string, Asset>();
  assets.set('/', pageAsset(await readFile(join(source, 'dashboard/index.html'), 'utf8'), paths));
  assets.set(
    '/dashboard/style.css',
    assetOf('style.css', await readFile(join(source, 'dashboard/style.css'))),
  );
  for (const [name, text] of modules)
    assets.set(`/dashboard/src/${name}`, assetOf('module.js', Buffer.from(text)));
  for (const [name, specifier] of Object.entries(libraries)) {
    const file = fileURLToPath(import.meta.resolve(specifier));
    assets.set(`/dashboard/${name}`, assetOf(name, await readFile(file)));
  }
  return assets;
}

/** The page, whose script is its first module; the others are told of at once, so that none waits for the one that imports it. */
function pageAsset(template: string, modules: readonly string[]): Asset {
  const [map = ''] = /(?<=<script type="importmap">)[^]*?(?=<\/script>)/.exec(template) ?? [];
  const [main = ''] = modules;
  const elements = [
    ...modules.slice(1).map((path) => `<link rel="modulepreload" href="${path}" />`),
    `<script type="module" src="${main}"></script>`,
  ];
  const page = template.replace('</head>', `${elements.join('\n')}\n</head>`);
  const headers = { 'Content-Security-Policy': policyFor(map) };
  return { ...assetOf('index.html', Buffer.from(page)), headers };
}

/** Nothing but our own files, and the one inline script that says where modules are. */
function policyFor(importMap: string): string {
  const hash = createHash('sha256').update(importMap).digest('base64');
  return [
    "default-src 'none'",
    `script-src 'self' 'sha256-${hash}'`,
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
};

function assetOf(name: string, bytes: Buffer): Asset {
  const type = types[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
  const etag = `"${createHash('sha256').update(bytes).digest('base64url')}"`;
  return { type, bytes, etag, headers: {} };
}
