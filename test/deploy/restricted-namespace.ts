/** The namespace `dropstack`, where no pod may be that asks for more than the level `restricted` of Kubernetes allows. */
export const restrictedNamespace = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name: 'dropstack',
    labels: {
      'pod-security.kubernetes.io/enforce': 'restricted',
      'pod-security.kubernetes.io/warn': 'restricted',
    },
  },
};
