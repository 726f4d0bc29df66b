import { isDropletHash } from '../oci/reference.ts';
import type { ReadableStore } from '../store/store.ts';
import type { DropletName } from './operator.ts';

/**
 * The droplets that a folder of the own store tells of, those of one guid or of all; some may come twice. Its keys are
 * `<folder><guid>/<hash>.json` or `<folder><guid>/<hash>/…`; others are of another kind.
 */
export async function* dropletsBelow(
  own: ReadableStore,
  folder: string,
  only?: string,
): AsyncGenerator<DropletName> {
  for await (const { key } of own.list(only === undefined ? folder : `${folder}${only}/`)) {
    const [guid = '', last = ''] = key.slice(folder.length).split('/');
    const hash = last.replace(/\.json$/, '');
    if (isDropletHash(hash)) yield { guid, hash };
  }
}
