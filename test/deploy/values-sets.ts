/** Values that operators may give, each by what it is for. */
export const valuesSets: Readonly<Record<string, object>> = {
  defaults: {},
  'three replicas on S3': {
    config: {
      publicUrl: 'https://registry.example.org',
      store: { s3: { bucket: 'dropstack', prefix: 'own/', region: 'eu-central-1' } },
    },
    facade: { replicas: 3 },
  },
  'a patcher alone': {
    facade: { enabled: false },
    patcher: { enabled: true, server: 'https://registry.example.org', crd: false },
  },
  everything: {
    image: { repository: 'registry.example.org/dropstack', digest: `sha256:${'a'.repeat(64)}` },
    imagePullSecrets: [{ name: 'pull' }],
    fullnameOverride: 'registry',
    config: {
      publicUrl: 'https://registry.example.org:8443',
      processes: 2,
      defaultStack: 'cflinuxfs4',
      logLevel: 'debug',
      registryAuth: '/etc/dropstack/secrets/registries/config.json',
      store: {
        s3: {
          bucket: 'dropstack',
          region: 'eu-central-1',
          endpoint: 'https://s3.example.org',
          pathStyle: true,
          accessKeyIdFile: '/etc/dropstack/secrets/s3/id',
          secretAccessKeyFile: '/etc/dropstack/secrets/s3/key',
        },
      },
      source: {
        webdav: {
          url: 'https://blobstore.example.org/cc-droplets',
          user: 'reader',
          passwordFile: '/etc/dropstack/secrets/blobstore/password',
        },
      },
      cache: { maxBytes: '20GiB' },
      redirect: { networks: ['10.0.0.0/8'], expirySeconds: 600 },
      layer: { compression: 'gzip' },
      limits: { conversions: 3, droplet: { maxBytes: 17_179_869_184 } },
    },
    facade: {
      replicas: 4,
      listenHost: '[::]',
      grants: { secret: 'grants' },
      tls: { secret: 'tls' },
      secrets: { s3: 's3', registries: 'registries', blobstore: 'blobstore' },
      cacheVolume: {
        ephemeral: {
          volumeClaimTemplate: {
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '20Gi' } } },
          },
        },
      },
      temporaryVolume: { emptyDir: { sizeLimit: '10Gi' } },
      extraVolumes: [{ name: 'authorities', configMap: { name: 'authorities' } }],
      extraVolumeMounts: [{ name: 'authorities', mountPath: '/etc/dropstack/authorities' }],
      service: {
        type: 'LoadBalancer',
        port: 8443,
        nodePort: 30_443,
        annotations: { 'example.org/kind': 'internal' },
        externalTrafficPolicy: 'Local',
      },
      networkPolicy: {
        from: [{ ipBlock: { cidr: '10.0.0.0/8' } }],
        egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }, { ports: [{ protocol: 'UDP', port: 53 }] }],
      },
      resources: { requests: { cpu: 1, memory: '2Gi' }, limits: { memory: '2Gi' } },
      env: [{ name: 'NODE_EXTRA_CA_CERTS', value: '/etc/dropstack/authorities/ca.pem' }],
      serviceAccount: { annotations: { 'example.org/role': 'dropstack' } },
      podAnnotations: { 'example.org/team': 'platform' },
      nodeSelector: { 'kubernetes.io/os': 'linux' },
      tolerations: [{ key: 'platform', operator: 'Exists' }],
      affinity: {
        nodeAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            {
              weight: 1,
              preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: ['fast'] }] },
            },
          ],
        },
      },
      priorityClassName: 'system-cluster-critical',
    },
    rolls: { fromDashboard: true },
    patcher: {
      enabled: true,
      ca: { secret: 'authorities', key: 'ca.pem' },
      networkPolicy: { from: [{ namespaceSelector: {} }], egress: [] },
      podAnnotations: { 'example.org/team': 'platform' },
    },
    monitoring: {
      enabled: true,
      labels: { prometheus: 'platform' },
      tlsConfig: { serverName: 'registry.example.org' },
    },
  },
};
