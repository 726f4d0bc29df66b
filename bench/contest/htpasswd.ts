import { hash as bcrypt } from '@node-rs/bcrypt';
import { bcryptCost } from './dropstack.ts';

/** A user's line of an htpasswd file. @param user `name:password` */
export async function htpasswdLine(user: string): Promise<string> {
  const [, name = '', password = ''] = /^([^:]*):(.*)$/.exec(user) ?? [];
  const hash = await bcrypt(password, { cost: bcryptCost });
  // The letter says which of several equal forms of bcrypt it is: this one everybody knows.
  return `${name}:${hash.replace(/^\$2[a-z]\$/, '$2y$')}\n`;
}
