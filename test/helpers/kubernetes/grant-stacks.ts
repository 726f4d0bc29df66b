import type { ControlPlane } from './control-plane.ts';

/** Lets a user do these things with `Stack`s, and no others. */
export async function grantStacks(
  { apply }: Pick<ControlPlane, 'apply'>,
  user: string,
  verbs: readonly string[],
): Promise<void> {
  const [apiGroup, metadata] = ['rbac.authorization.k8s.io', { name: `stacks-of-${user}` }];
  const apiVersion = `${apiGroup}/v1`;
  await apply(
    {
      apiVersion,
      kind: 'ClusterRole',
      metadata,
      rules: [{ apiGroups: ['dropstack.dev'], resources: ['stacks'], verbs }],
    },
    {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef: { apiGroup, kind: 'ClusterRole', ...metadata },
      subjects: [{ apiGroup, kind: 'User', name: user }],
    },
  );
}
