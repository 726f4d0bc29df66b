/** The operator that works through a facade, with credentials, as the CLI has it. */
import { hash as bcrypt } from '@node-rs/bcrypt';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { remoteOperator } from '../../src/cli/remote.ts';
import { tempDir } from '../helpers/temp.ts';
import { startFacade } from '../protocol/facade.ts';
import { operatorConformance } from './conformance.ts';

operatorConformance(async (owner) => {
  const users = join(await tempDir(owner), 'users');
  await writeFile(users, `admin:${await bcrypt('pässword: 1', { cost: 4 })}\n`);
  const { url, facade } = await startFacade(owner, { users });
  const operator = remoteOperator({ url: new URL(url), user: 'admin', password: 'pässword: 1' });
  return { operator, own: facade.own, by: 'admin' };
});
