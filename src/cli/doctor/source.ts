import { parseSourceKey } from '../../droplet/source-key.ts';
import { openReadable } from '../../store/open.ts';
import { readSome } from './read-some.ts';
import { failure, ok, warning, type Check, type Verdict } from './check.ts';
import { Untried } from './untried.ts';
import type { ReadableStore } from '../../store/store.ts';

/** Names that are looked at before we say that none is a droplet's. */
const enough = 1_000;

/** Of Cloud Controller's droplets. */
export const sourceChecks: readonly Check[] = [
  {
    name: 'source',
    tries: "list Cloud Controller's droplets, and read the beginning of one",
    needs: ['configuration'],
    mend: 'let the facade read there: owner and mode of the directory, or credentials and endpoint; and see that it is where droplets are',
    try: async (site) => {
      const { source } = await site.config();
      if (source === undefined) throw new Untried('the configuration has no source: droplets are put');
      return look(await openReadable(source));
    },
  },
];

async function look(source: ReadableStore): Promise<Verdict> {
  let seen = 0;
  for await (const { key } of source.list('')) {
    const droplet = parseSourceKey(key);
    if (droplet !== undefined) return readOne(source, key, `${droplet.guid}/${droplet.hash}`);
    if (++seen === enough) break;
  }
  if (seen === 0)
    return warning('there is nothing yet', 'see that it is the directory or bucket of the droplets');
  return failure(
    `none of ${seen} names is that of a droplet`,
    "see that it is where Cloud Controller's droplets begin: ab/cd/<guid>/<hash>",
  );
}

async function readOne(source: ReadableStore, key: string, name: string): Promise<Verdict> {
  const start = await readSome(source, key, 2);
  if (start === undefined) return warning(`droplet ${name} went while it was looked at`, 'try again');
  const isGzip = start[0] === 0x1f && start[1] === 0x8b;
  return isGzip
    ? ok(`droplet ${name} can be read`)
    : warning(
        `droplet ${name} is no gzip: it will be refused`,
        `dropstack droplet show ${name.replace('/', ' ')} tells more`,
      );
}
