/** A Secret for `imagePullSecrets`: the credentials, `name:password`, of who pulls from `host`, `host:port`. */
export function pullSecret(name: string, { host, user }: { host: string; user: string }): object {
  const auths = { [host]: { auth: Buffer.from(user).toString('base64') } };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name },
    type: 'kubernetes.io/dockerconfigjson',
    stringData: { '.dockerconfigjson': JSON.stringify({ auths }) },
  };
}
