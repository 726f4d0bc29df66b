import { bytes } from '../../../../src/cli/print.ts';
import { markup, type Markup } from '../../../../src/rollout/receipt/markup.ts';
import type { Moved } from '../report.ts';
import { bar } from './bar.ts';
import { table } from './table.ts';

/** What the server read, by where it came from, above what it wrote and sent, in one measure. */
export function bytesTable(moved: Moved): Markup {
  const { fromSource, fromStore, fromCache, toStore, toClients } = moved;
  const read = fromSource + fromStore + fromCache;
  const full = Math.max(read, toStore, toClients);
  const origins = [
    { name: 'source', size: fromSource },
    { name: 'store', size: fromStore },
    { name: 'cache', size: fromCache },
  ];
  const key = origins.map(
    ({ name, size }) => markup`<span class="key-part">${swatch(name)}${name} ${bytes(size)}</span> `,
  );
  const one = (name: string, size: number): (string | Markup)[] => [
    name,
    bar({ parts: [{ name: 'sent', size }] }, full),
    bytes(size),
  ];
  const rows = [
    ['Read', markup`${bar({ parts: origins }, full)}<div>${key}</div>`, bytes(read)],
    one('To the store', toStore),
    one('To clients', toClients),
  ];
  return table('Bytes by origin', ['', 'Part', 'Bytes'], rows, [0, 1]);
}

function swatch(name: string): Markup {
  return markup`<svg class="swatch" viewBox="0 0 1 1" aria-hidden="true"><rect class="${name}" width="1" height="1"/></svg>`;
}
