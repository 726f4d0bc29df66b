import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { isFailure } from '../../errors.ts';
import type { Api } from '../../rollout/kubernetes/api.ts';
import { stackDefinition } from '../../rollout/stack/crd.ts';
import { group, stacksPath } from '../../rollout/stack/resource.ts';
import { failure, ok, warning, type Check, type Verdict } from './check.ts';

/** Of the cluster that the patcher works on. */
export const kubernetesChecks: readonly Check[] = [
  {
    name: 'kubernetes',
    tries: 'ask the API server for its version',
    needs: [],
    mend: 'see that the kubeconfig is of the cluster that is meant, and its credentials are not over',
    try: async (site) => {
      const version = await (await site.api()).get('/version', z.object({ gitVersion: z.string() }));
      return ok(`it is ${version.gitVersion}`);
    },
  },
  {
    name: 'stacks',
    tries: 'compare the definition of Stack in the cluster with that of this version',
    needs: ['kubernetes'],
    mend: 'kubectl apply -f deploy/patcher/stacks.crd.yaml, of this version',
    try: async (site) => lookAtDefinition(await site.api()),
  },
];

const definitionPath = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/stacks.${group}`;
const definition = z.object({
  spec: z.object({
    versions: z.array(z.object({ name: z.string(), served: z.boolean(), schema: z.unknown() })),
  }),
});

async function lookAtDefinition(api: Api): Promise<Verdict> {
  const installed = await api.get(definitionPath, definition).catch((error: unknown) => {
    if (isFailure(error, 'not-found', 'denied')) return error.code;
    throw error;
  });
  if (installed === 'not-found') return failure('the cluster knows no Stack');
  if (typeof installed !== 'object') return lookAtStacks(api);
  const [wanted] = definition.parse(stackDefinition()).spec.versions;
  const found = installed.spec.versions.find(({ name }) => name === wanted?.name);
  if (found?.served !== true) return failure(`the cluster does not serve ${wanted?.name}`);
  if (!isDeepStrictEqual(found.schema, wanted?.schema))
    return failure('its schema is that of another version of dropstack');
  return ok(`it is that of this version, ${found.name}`);
}

/** Who may not read definitions, as the patcher itself, sees at least whether there are such resources. */
async function lookAtStacks(api: Api): Promise<Verdict> {
  try {
    await api.list(stacksPath, () => undefined, { limit: 1 });
  } catch (error) {
    if (isFailure(error, 'not-found')) return failure('the cluster knows no Stack');
    throw error;
  }
  return warning(
    'the cluster knows Stack; whether as this version does cannot be told, since we may not read the definition',
    'try it with a kubeconfig that may get customresourcedefinitions',
  );
}
