/** What may be done with a resource. `name`: of one object alone. */
export type Right = {
  group: string;
  resource: string;
  subresource?: string;
  verbs: readonly string[];
  /** in the patcher's own namespace; else in all of them */
  isOwn?: true;
  name?: string;
};

/** What the patcher does: the rules of deploy/patcher/rbac.yaml, which a test compares. */
export const patcherRights: readonly Right[] = [
  { group: 'dropstack.dev', resource: 'stacks', verbs: ['list', 'watch'] },
  { group: 'dropstack.dev', resource: 'stacks', subresource: 'status', verbs: ['patch'] },
  { group: '', resource: 'pods', verbs: ['get', 'list', 'watch', 'delete'] },
  { group: '', resource: 'pods', subresource: 'eviction', verbs: ['create'] },
  { group: 'apps', resource: 'statefulsets', verbs: ['list', 'watch', 'patch'] },
  { group: 'apps', resource: 'deployments', verbs: ['list', 'watch', 'patch'] },
  { group: 'policy', resource: 'poddisruptionbudgets', verbs: ['list', 'watch'] },
  { group: 'events.k8s.io', resource: 'events', verbs: ['create'] },
  { group: 'coordination.k8s.io', resource: 'leases', verbs: ['create'], isOwn: true },
  {
    group: 'coordination.k8s.io',
    resource: 'leases',
    verbs: ['get', 'patch'],
    isOwn: true,
    name: 'dropstack-patcher',
  },
];

/** What a facade does that shows rolls and orders them: the rules of the chart, which a test compares. */
export const facadeRights: readonly Right[] = [
  { group: 'dropstack.dev', resource: 'stacks', verbs: ['get', 'list', 'watch', 'patch'] },
];
