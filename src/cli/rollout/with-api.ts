import type { Api } from '../../rollout/kubernetes/api.ts';
import { openApi } from '../../rollout/kubernetes/open-api.ts';
import type { KubernetesOptions } from '../kubernetes-options.ts';

/** Runs `work` with the cluster that the options name. */
export async function withApi<T>(
  { kubeconfig, context }: KubernetesOptions,
  work: (api: Api) => Promise<T>,
): Promise<T> {
  const api = await openApi({
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
  });
  try {
    return await work(api);
  } finally {
    await api.close();
  }
}
