/** What a real API server says of rights and of the definition of Stack. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Finding } from '../../../src/cli/doctor/examine.ts';
import { startControlPlane } from '../../helpers/kubernetes/control-plane.ts';
import { rolloutObjects } from '../../helpers/kubernetes/rollout-objects.ts';
import { tempDir } from '../../helpers/temp.ts';
import { testWith } from '../../helpers/test-with.ts';
import { apiServerTools } from '../../rollout/rollout-tools.ts';
import { diagnose } from './examined.ts';

const roleOf = z.looseObject({
  kind: z.literal('ClusterRole'),
  rules: z.array(z.looseObject({ resources: z.array(z.string()) })),
});

testWith(...apiServerTools)('rights that are missing, and another definition, are found out', async (t) => {
  const cluster = await startControlPlane(t);
  const examine = (user: string, code: 0 | 1 | undefined, ...more: string[]) =>
    diagnose(t, ['--kubeconfig', cluster.kubeconfig(user), ...more], code);
  const empty = await examine('admin', 1);
  t.like(empty['stacks'], { level: 'failure', found: 'the cluster knows no Stack' });
  t.regex(empty['stacks']?.mend ?? '', /stacks\.crd\.yaml/);

  const objects = await rolloutObjects();
  await cluster.apply(...objects);
  await cluster.kubectl('wait', '--for=condition=established', 'crd/stacks.dropstack.dev', '--timeout=60s');
  const well = await until('ok', () => examine('patcher', undefined));
  t.like(well['kubernetes'], { level: 'ok' });
  t.regex(well['stacks']?.found ?? '', /the cluster knows Stack; .* we may not read the definition/);
  t.like((await examine('admin', 0))['stacks'], { level: 'ok' });
  const account = await examine('admin', 1, '--service-account', 'dropstack:dropstack-patcher');
  const lacking = account['permissions']?.found ?? '';
  t.regex(lacking, /^dropstack:dropstack-patcher may not list stacks\.dropstack\.dev, /);

  const roles = objects.flatMap((object) => roleOf.safeParse(object).data ?? []);
  const poorer = roles.map((role) => ({
    ...role,
    rules: role.rules.filter(({ resources }) => !resources.includes('pods/eviction')),
  }));
  await cluster.apply(...poorer);
  const poor = await until('failure', () => examine('patcher', undefined));
  t.is(poor['permissions']?.found, 'we may not create pods/eviction');
  t.regex(poor['permissions']?.mend ?? '', /rbac\.yaml/);

  const config = join(await tempDir(t), 'config.yml');
  const kubernetes = { kubeconfig: cluster.kubeconfig('patcher') };
  await writeFile(config, JSON.stringify({ data: await tempDir(t), kubernetes }));
  const { rolls } = await diagnose(t, ['--config', config], undefined);
  t.is(rolls?.found, 'we may not get stacks.dropstack.dev, patch stacks.dropstack.dev');
  t.regex(rolls?.mend ?? '', /rolls\.fromDashboard/);

  const path = '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/other';
  const patch = JSON.stringify([{ op: 'add', path, value: { type: 'string' } }]);
  await cluster.kubectl('patch', 'crd', 'stacks.dropstack.dev', '--type=json', '-p', patch);
  t.regex((await examine('admin', 1))['stacks']?.found ?? '', /its schema is that of another version/);
});

/** The API server learns of roles a moment after they were stored. */
async function until(
  level: string,
  look: () => Promise<Record<string, Finding>>,
): Promise<Record<string, Finding>> {
  for (const end = Date.now() + 60_000; ; await sleep(200)) {
    const found = await look();
    if (found['permissions']?.level === level || Date.now() > end) return found;
  }
}
