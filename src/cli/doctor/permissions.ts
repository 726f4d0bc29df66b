import { z } from 'zod';
import { Failure } from '../../errors.ts';
import type { Api } from '../../rollout/kubernetes/api.ts';
import { failure, ok, type Check, type Verdict } from './check.ts';
import { facadeRights, patcherRights, type Right } from './rights.ts';
import type { SiteOptions } from './site.ts';

/** Of what patcher and facade do in a cluster. */
export const permissionChecks: readonly Check[] = [
  {
    name: 'permissions',
    tries: 'ask the API server whether the patcher may do each thing that it does',
    needs: ['kubernetes'],
    mend: 'apply deploy/patcher/rbac.yaml; --service-account dropstack:dropstack-patcher asks for the account of the patcher',
    try: async (site) => lookAtRights(await site.api(), patcherRights, site.options),
  },
  {
    name: 'rolls',
    tries: 'ask the API server whether the facade may show rolls and order them, as its configuration says',
    needs: ['configuration'],
    mend: 'let its account get, list, watch and patch stacks.dropstack.dev, as the chart does with rolls.fromDashboard',
    try: async (site) =>
      lookAtRights(await site.facadeApi(), facadeRights, { namespace: site.options.namespace }),
  },
];

type Whose = Pick<SiteOptions, 'namespace' | 'serviceAccount'>;

async function lookAtRights(api: Api, rights: readonly Right[], options: Whose): Promise<Verdict> {
  const asked = rights.flatMap((right) => right.verbs.map((verb) => ({ right, verb })));
  const answers = await Promise.all(
    asked.map(async (one) => ({ ...one, isAllowed: await isAllowed(api, one.right, one.verb, options) })),
  );
  const lacking = answers.filter((answer) => !answer.isAllowed);
  const who = options.serviceAccount ?? 'we';
  if (lacking.length === 0) return ok(`${who} may, all ${asked.length} of them`);
  return failure(`${who} may not ${lacking.map(({ right, verb }) => `${verb} ${nameOf(right)}`).join(', ')}`);
}

function nameOf({ group, resource, subresource, name, isOwn }: Right): string {
  const whole = [resource, subresource].filter((part) => part !== undefined).join('/');
  const place = isOwn === true ? ' in its namespace' : '';
  return `${whole}${group === '' ? '' : `.${group}`}${name === undefined ? '' : ` ${name}`}${place}`;
}

const review = z.object({ status: z.object({ allowed: z.boolean() }) });
const reviews = '/apis/authorization.k8s.io/v1';

/** A review is an answer, and nothing that is stored. */
async function isAllowed(
  api: Api,
  { group, resource, subresource = '', name = '', isOwn }: Right,
  verb: string,
  { namespace, serviceAccount }: Whose,
): Promise<boolean> {
  const resourceAttributes = {
    group,
    resource,
    subresource,
    name,
    verb,
    namespace: isOwn === true ? namespace : '',
  };
  const who = serviceAccount === undefined ? {} : subjectOf(serviceAccount);
  const kind = serviceAccount === undefined ? 'SelfSubjectAccessReview' : 'SubjectAccessReview';
  const body = { apiVersion: 'authorization.k8s.io/v1', kind, spec: { resourceAttributes, ...who } };
  const answer = await api.create(`${reviews}/${kind.toLowerCase()}s`, body);
  return review.parse(answer).status.allowed;
}

/** A service account as RBAC knows it. */
function subjectOf(text: string): { user: string; groups: string[] } {
  const [, namespace, name] = /^([a-z0-9-]+):([a-z0-9.-]+)$/.exec(text) ?? [];
  if (namespace === undefined || name === undefined)
    throw new Failure('invalid', `${text} is no service account: write <namespace>:<name>`);
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
  return { user: `system:serviceaccount:${namespace}:${name}`, groups };
}
