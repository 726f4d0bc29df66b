import type { Command } from 'commander';
import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { partsOf } from '../config/address.ts';
import { reasonOf } from '../errors.ts';
import { createLog } from '../log.ts';
import { clusterEffects } from '../rollout/control/cluster-effects.ts';
import { createPatcherMetrics, type PatcherMetrics } from '../rollout/control/metrics.ts';
import { runPatcher } from '../rollout/control/patcher.ts';
import { EventRecorder } from '../rollout/kubernetes/event-recorder.ts';
import { Leadership } from '../rollout/kubernetes/leadership.ts';
import { Lease } from '../rollout/kubernetes/lease.ts';
import { openApi } from '../rollout/kubernetes/open-api.ts';
import { withOperator } from './connect.ts';
import { onKubernetes, type KubernetesOptions } from './kubernetes-options.ts';
import { facadeCommand, type FacadeOptions } from './options.ts';

type PatcherFlags = FacadeOptions &
  KubernetesOptions & { namespace: string; metricsListen?: string; logLevel: string };

/** seconds */
const leaseLasts = 15;

/** `dropstack patcher` */
export function patcherCommand(program: Command): void {
  onKubernetes(facadeCommand(program, 'patcher'))
    .description('roll the apps of a cluster as its Stack resources say: the controller')
    .option('--namespace <name>', 'where its lease lies', 'dropstack')
    .option('--metrics-listen <address>', 'host:port for /metrics, /livez and /readyz')
    .option('--log-level <level>', 'trace, debug, info, warn, error or silent', 'info')
    .action(run);
}

/** Patches until SIGTERM or SIGINT. */
async function run({ namespace, metricsListen, logLevel, ...options }: PatcherFlags): Promise<void> {
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
  const server = metricsListen === undefined ? undefined : await listen(metricsListen, metrics);
  const events = new EventRecorder(api, { instance: identity.slice(0, 128), onFailure: warn });
  const lease = new Lease(api, { namespace, name: 'dropstack-patcher', identity }, leaseLasts);
  log.info({ identity }, 'waiting to lead');
  try {
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

async function listen(address: string, { registry }: PatcherMetrics): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url === '/metrics') {
      void registry
        .metrics()
        .then((text) => response.setHeader('Content-Type', registry.contentType).end(text));
    } else {
      response.writeHead(request.url === '/livez' || request.url === '/readyz' ? 200 : 404).end();
    }
  });
  const { host, port } = partsOf(address);
  server.listen(port, host);
  await once(server, 'listening');
  return server;
}
