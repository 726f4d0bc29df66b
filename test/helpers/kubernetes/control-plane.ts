import { join } from 'node:path';
import { atEnd, type Owner } from '../owner.ts';
import { run, type Output } from '../run.ts';
import { tempDir } from '../temp.ts';
import { certificates } from '../tls.ts';
import { toolPath } from '../tools.ts';
import { apiServer, apiServiceAddress } from './api-server.ts';
import { controllerManager } from './controller-manager.ts';
import { etcd } from './etcd.ts';
import { lastingPort } from './lasting-port.ts';
import type { Part } from './part.ts';
import { scheduler } from './scheduler.ts';
import { admin, writeUsers } from './users.ts';

type PartName = 'etcd' | 'apiServer' | 'controllerManager' | 'scheduler';

type Options = {
  /** Start the controllers of StatefulSets, Deployments, Jobs, budgets, garbage and namespaces. */
  controllers?: boolean;
  /** Start the scheduler. */
  scheduler?: boolean;
  /** Give pods the tokens of their service accounts; each namespace needs its own then, which controllers make. */
  serviceAccounts?: boolean;
  /** Who there is beside `admin`; without it, `operator` and `patcher`. They have no rights but those given to them. */
  users?: readonly string[];
  /** More flags of single programs. The last one of a name counts; where it is a list, all do. */
  flags?: Partial<Record<PartName, readonly string[]>>;
};

export type ControlPlane = {
  /** `https://127.0.0.1:<port>`, also after the API server came back. */
  url: string;
  /** PEM file of the authority that signed the API server's certificate. */
  ca: string;
  /** The bearer token of a user; `admin` may do everything. */
  token: (user: string) => string;
  /** The path of a user's kubeconfig. */
  kubeconfig: (user: string) => string;
  /** Runs kubectl as `admin`. */
  kubectl: (...args: string[]) => Promise<Output>;
  /** Creates or changes these objects as `admin`. */
  apply: (...objects: object[]) => Promise<Output>;
  /** Its programs, to stop and to start again; those that were not asked for can be started later. */
  parts: Record<PartName, Part>;
  /** Ends it before its owner ends. */
  end: () => Promise<void>;
};

/**
 * Starts a real Kubernetes without nodes, on ports and in a directory of its own. It has no namespaces but those of
 * Kubernetes; nodes are never found dead.
 */
export async function startControlPlane(owner: Owner, options: Options = {}): Promise<ControlPlane> {
  const { users: names = ['operator', 'patcher'], serviceAccounts: accounts = false, flags = {} } = options;
  const stack = new AsyncDisposableStack();
  atEnd(owner, () => stack.disposeAsync());
  const [home, tls] = [await tempDir(stack), await certificates(stack, [`IP:${apiServiceAddress}`])];
  const url = `https://127.0.0.1:${await lastingPort()}`;
  const users = await writeUsers(home, names, url, tls.ca);
  const store = await etcd(stack, home, flags.etcd);
  const identity = { ...tls, tokenFile: users.tokenFile };
  const kubeconfig = users.kubeconfig(admin);
  const parts = {
    etcd: store.part,
    apiServer: apiServer(stack, home, url, store.url, identity, accounts, flags.apiServer),
    controllerManager: controllerManager(stack, kubeconfig, tls, accounts, flags.controllerManager),
    scheduler: scheduler(stack, kubeconfig, flags.scheduler),
  };
  await parts.etcd.start();
  await parts.apiServer.start();
  await Promise.all([
    options.controllers === true ? parts.controllerManager.start() : undefined,
    options.scheduler === true ? parts.scheduler.start() : undefined,
  ]);
  const kubectl = kubectlOf(kubeconfig, join(home, 'kube-cache'));
  return {
    url,
    ca: tls.ca,
    token: users.token,
    kubeconfig: users.kubeconfig,
    kubectl: (...args) => kubectl(args),
    apply: (...items) =>
      kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items })),
    parts,
    end: () => stack.disposeAsync(),
  };
}

function kubectlOf(kubeconfig: string, cache: string) {
  const common = ['--kubeconfig', kubeconfig, '--cache-dir', cache];
  return (args: readonly string[], input = '') =>
    run(toolPath('kubernetes/kubectl'), [...common, ...args], { input, timeout: 600_000 });
}
