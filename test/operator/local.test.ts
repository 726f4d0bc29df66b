/** The operator that works on a store itself. */
import { join } from 'node:path';
import { loadConfig } from '../../src/config/load.ts';
import { openFacade } from '../../src/facade.ts';
import { atEnd } from '../helpers/owner.ts';
import { tempDir } from '../helpers/temp.ts';
import { operatorConformance } from './conformance.ts';

operatorConformance(async (owner) => {
  const data = join(await tempDir(owner), 'data');
  const facade = await openFacade(loadConfig({ data }, {}), () => undefined);
  atEnd(owner, async () => facade.close());
  return { operator: facade.operatorFor('somebody'), own: facade.own, by: 'somebody' };
});
