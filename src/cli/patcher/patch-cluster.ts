import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { hostname } from 'node:os';
import { reasonOf } from '../../errors.ts';
import { createLog } from '../../log.ts';
import { clusterEffects } from '../../rollout/control/cluster-effects.ts';
import { createPatcherMetrics } from '../../rollout/control/metrics.ts';
import { runPatcher } from '../../rollout/control/patcher.ts';
import { EventRecorder } from '../../rollout/kubernetes/event-recorder.ts';
import { Leadership } from '../../rollout/kubernetes/leadership.ts';
import { Lease } from '../../rollout/kubernetes/lease.ts';
import { openApi } from '../../rollout/kubernetes/open-api.ts';
import { withOperator } from '../connect.ts';
import type { KubernetesOptions } from '../kubernetes-options.ts';
import type { FacadeOptions } from '../options.ts';
import { listenForMetrics } from './listen-for-metrics.ts';

type PatcherFlags = FacadeOptions &
  KubernetesOptions & { namespace: string; metricsListen?: string; logLevel: string };

/** seconds */
const leaseLasts = 15;

/** `dropstack patcher`: until SIGTERM or SIGINT. */
export async function patchCluster({
  namespace,
  metricsListen,
  logLevel,
  ...options
}: PatcherFlags): Promise<void> {
  const log = createLog(logLevel);
  const metrics = createPatcherMetrics();
  const api = await openApi({
    ...options,
    answered: (method, _path, status, milliseconds) => metrics.answered(method, status, milliseconds),
  });
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
  const identity = `${hostname()}-${randomUUID()}`;
  const warn = (error: unknown, stack?: string): void => {
    metrics.failed();
    log.warn({ stack, error: reasonOf(error) }, 'failed, and is tried again');
  };
  const events = new EventRecorder(api, { instance: identity.slice(0, 128), onFailure: warn });
  const lease = new Lease(api, { namespace, name: 'dropstack-patcher', identity }, leaseLasts);
  let server: Server | undefined;
  try {
    if (metricsListen !== undefined) server = await listenForMetrics(metricsListen, metrics);
    log.info({ identity }, 'waiting to lead');
    await withOperator(options, (operator) =>
      new Leadership(lease, { onFailure: warn }).run(stop.signal, async (signal) => {
        metrics.leading(true);
        log.info({ identity }, 'leading');
        await runPatcher(
          {
            api,
            operator,
            effects: (registries) =>
              clusterEffects(api, events, registries, (step, outcome) => {
                metrics.stepped(step, outcome);
                log.info({ guid: step.guid, outcome }, step.kind);
              }),
            clock: Date.now,
            onFailure: warn,
            onLook: (stack) => metrics.looked(stack),
            onGone: (stack) => metrics.gone(stack),
            onLooked: (milliseconds) => metrics.lookedFor(milliseconds),
          },
          signal,
        );
        metrics.leading(false);
        log.info({ identity }, 'leading no more');
      }),
    );
  } finally {
    await events.flush();
    server?.close();
    await api.close();
  }
}
