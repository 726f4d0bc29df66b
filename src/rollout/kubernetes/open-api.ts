import type { KubeConfig } from '@kubernetes/client-node';
import { Failure, reasonOf } from '../../errors.ts';
import { Api } from './api.ts';
import { Credentials } from './credentials.ts';
import { Connection, type ConnectionHooks } from './connection.ts';
import { Requests, type Patience } from './requests.ts';

export type ApiOptions = ConnectionHooks & {
  /** a file; without it the files of KUBECONFIG, that in the home directory, or the pod's service account */
  kubeconfig?: string;
  /** of the kubeconfig; its current one without it */
  context?: string;
  patience?: Partial<Patience>;
};

/**
 * The API of a cluster. The kubeconfig is read at once, so that what is wrong with it is found at the start.
 * @throws Failure `invalid` where the kubeconfig is of no use, `unauthenticated` where it gives no credentials
 */
export async function openApi(options: ApiOptions = {}): Promise<Api> {
  const credentials = new Credentials(() => load(options));
  await credentials.access();
  const connection = new Connection(credentials, options);
  return new Api(connection, new Requests(connection, options.patience));
}

async function load({ kubeconfig, context }: ApiOptions): Promise<KubeConfig> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
  } catch (cause) {
    const what = kubeconfig === undefined ? 'the kubeconfig' : `the kubeconfig ${kubeconfig}`;
    throw new Failure('invalid', `Cannot read ${what}: ${reasonOf(cause)}`, { cause });
  }
  if (config.getCurrentCluster()?.server === nowhere)
    throw new Failure('invalid', 'There is no kubeconfig: name one, set KUBECONFIG, or run in a cluster');
  if (context !== undefined && config.getContextObject(context) === null)
    throw new Failure(
      'invalid',
      `The kubeconfig has no context ${context}: "kubectl config get-contexts" lists them`,
    );
  if (context !== undefined) config.setCurrentContext(context);
  for (const user of config.getUsers()) tellPlugin(user.exec);
  return config;
}

/** What the library takes where it finds nothing. */
const nowhere = 'http://localhost:8080';

/** Plugins learn from their environment which form of answer is wanted (client-go credential plugins, "Input"). */
function tellPlugin(exec: unknown): void {
  if (typeof exec !== 'object' || exec === null || !('apiVersion' in exec)) return;
  const info = { apiVersion: exec.apiVersion, kind: 'ExecCredential', spec: { interactive: false } };
  const given = 'env' in exec && Array.isArray(exec.env) ? (exec.env as unknown[]) : [];
  Object.assign(exec, { env: [...given, { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }] });
}
