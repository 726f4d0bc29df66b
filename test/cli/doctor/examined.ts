import { hash as bcrypt } from '@node-rs/bcrypt';
import type { ExecutionContext } from 'ava';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from '../../../src/cli/doctor/examine.ts';
import type { Operator } from '../../../src/operator/operator.ts';
import { tempDir } from '../../helpers/temp.ts';
import { tinyRootfs } from '../../helpers/tiny.ts';
import { startFacade } from '../../protocol/facade.ts';
import { dropstack } from '../dropstack.ts';

export type Examined = {
  url: string;
  operator: Operator;
  data: string;
  /** the facade's configuration file */
  config: string;
};

type Options = { tls?: { cert: string; key: string }; more?: Record<string, unknown> };

/** A facade with users and a promoted version, and the file that configures it. `more`: what the file says too. */
export async function examined(t: ExecutionContext, { tls, more = {} }: Options = {}): Promise<Examined> {
  const home = await tempDir(t);
  const [users, grants] = [join(home, 'users'), join(home, 'grants')];
  const lines = ['admin', 'kubelet', 'idle'].map(
    async (name) => `${name}:${await bcrypt(name, { cost: 4 })}\n`,
  );
  await writeFile(users, (await Promise.all(lines)).join(''), { mode: 0o600 });
  await writeFile(grants, 'idle: { roles: [] }\n');
  const certificate = tls === undefined ? {} : { tlsCert: tls.cert, tlsKey: tls.key };
  const { url, operator, data } = await startFacade(t, { users, grants, ...certificate });
  await operator.rootfs.import('cflinuxfs4', '1.0', await tinyRootfs(t, 'one'), {});
  await operator.rootfs.promote('cflinuxfs4', '1.0');
  const config = join(home, 'config.yml');
  const own = { data, users, grants, publicUrl: url, ...certificate, ...more };
  await writeFile(config, JSON.stringify(own));
  return { url, operator, data, config };
}

/** Runs the doctor, and answers what each check has found. @param code with which it must end, where that is known */
export async function diagnose(
  t: ExecutionContext,
  args: readonly string[],
  code: 0 | 1 | undefined,
  env: Record<string, string> = {},
): Promise<Record<string, Finding>> {
  const { code: found, stdout, stderr } = await dropstack(['doctor', ...args, '-o', 'json'], env);
  if (code !== undefined) t.is(found, code, stderr + stdout);
  t.is(stderr, '');
  const { findings } = JSON.parse(stdout) as { findings: Finding[] };
  for (const { level, mend, check } of findings)
    t.is(mend !== undefined, level === 'warning' || level === 'failure', check);
  return Object.fromEntries(findings.map((finding) => [finding.check, finding]));
}
