import { join } from 'node:path';
import { Readable } from 'node:stream';
import { loadConfig } from '../../src/config/load.ts';
import type { ConfigInput } from '../../src/config/schema.ts';
import { openFacade, type Facade } from '../../src/facade.ts';
import type { ImageFormat } from '../../src/image/formats.ts';
import { serve, type Serving } from '../../src/http/serve.ts';
import { createLog } from '../../src/log.ts';
import type { Operator } from '../../src/operator/operator.ts';
import { atEnd, type Owner } from '../helpers/owner.ts';
import { tempDir } from '../helpers/temp.ts';
import type { TinyDroplet } from '../helpers/tiny.ts';

export const stack = 'cflinuxfs4';

/** A facade in this process, on a port of its own, over a directory of its own unless `data` or `store` says otherwise. */
export async function startFacade(
  owner: Owner,
  options: ConfigInput = {},
  formats?: ReadonlyMap<number, ImageFormat>,
): Promise<{
  url: string;
  facade: Facade;
  operator: Operator;
  serving: Serving;
  data: string;
  lines: string[];
}> {
  const data = typeof options['data'] === 'string' ? options['data'] : join(await tempDir(owner), 'data');
  const place = options['store'] === undefined ? { data } : {};
  const config = loadConfig({ listen: '127.0.0.1:0', ...options, ...place }, {});
  const lines: string[] = [];
  const log = createLog('info', { write: (line) => void lines.push(line) });
  const facade = await openFacade(config, () => undefined, formats);
  const serving = await serve(config, facade, log);
  atEnd(owner, () => serving.stop({ delayMs: 0, graceMs: 100 }));
  return { url: serving.url, facade, operator: facade.operatorFor('test'), serving, data, lines };
}

/** Puts and converts a droplet by the operator's way. */
export async function putDroplet(
  operator: Operator,
  guid: string,
  { bytes, sha1 }: TinyDroplet,
  options: { stack?: string } = {},
): Promise<void> {
  await operator.droplets.put(guid, sha1, Readable.from([bytes]), { wait: true, ...options });
}
