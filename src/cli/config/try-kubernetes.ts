import type { Config } from '../../config/config.ts';
import type { Finding } from '../../config/problem.ts';
import { openApi } from '../../rollout/kubernetes/open-api.ts';
import { attempt } from './trial.ts';

/** The kubeconfig, and the credentials that it gives. A facade starts and serves without: the API server is not asked. */
export async function tryKubernetes({ kubernetes }: Config): Promise<Finding[]> {
  if (kubernetes === undefined) return [];
  const found = await attempt(['kubernetes'], async () => {
    const api = await openApi(kubernetes);
    await api.close();
  });
  return found.map((finding) => ({ ...finding, level: 'warning' }));
}
