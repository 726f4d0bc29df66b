import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { atEnd, type Owner } from '../owner.ts';
import type { ApiAccess } from './simulated-api.ts';
import type { Rule } from './simulated-behaviour.ts';
import type { FacadeAccess } from './simulated-facade.ts';
import type { Runtime } from './simulated-image.ts';
import type { Order } from './simulated-nodes-process.ts';

const script = join(import.meta.dirname, 'simulated-nodes-process.ts');

type Options = {
  nodes: number;
  facade: FacadeAccess;
  /** whose way to report image IDs; mixed without it: node by node another */
  imageId?: Runtime | 'mixed';
  /** how apps behave; the first rule that fits counts */
  rules?: readonly Rule[];
  /** from the wish to end a pod to its end; 0 without it */
  stopMs?: number;
  /** by how much back-offs are shorter than a kubelet's 10 s to 5 min; 1 without it */
  hurry?: number;
};

export type SimulatedNodes = {
  pid: number;
  /** Takes other rules, for containers that start from then on. */
  behave: (rules: readonly Rule[]) => Promise<void>;
  /** All nodes fall silent at once, as with a cluster's network; their pods stay as they were last told. */
  stop: () => Promise<void>;
};

/**
 * Nodes of a real API server on which nothing runs, but which ask a real facade for images as kubelets with a container
 * runtime do: at each start of a container by its pull policy, with back-off. So image IDs in the pods' statuses are what
 * the facade resolves at that moment. They bind pods to themselves in turn: no scheduler is needed. They are a process
 * of their own, which ends with its owner, and with us if we are killed.
 */
export async function simulatedNodes(
  owner: Owner,
  access: ApiAccess,
  { imageId = 'mixed', rules = [], stopMs = 0, hurry = 1, ...rest }: Options,
): Promise<SimulatedNodes> {
  const child = fork(script, { execArgv: [] });
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  atEnd(owner, stop);
  const runtimes = imageId === 'mixed' ? all : [imageId];
  await told(child, { kind: 'start', access, rules, options: { ...rest, runtimes, stopMs, hurry } });
  return { pid: child.pid ?? -1, behave: (changed) => told(child, { kind: 'behave', rules: changed }), stop };
}

const all: readonly Runtime[] = ['containerd-1.6', 'containerd-2', 'crio', 'docker', 'bare'];

/** Gives an order and waits until it is carried out. */
async function told(child: ChildProcess, order: Order): Promise<void> {
  const over = new AbortController();
  try {
    child.send(order);
    const [event] = await Promise.race([
      once(child, 'message', { signal: over.signal }),
      once(child, 'exit', { signal: over.signal }).then(() => ['exit']),
    ]);
    if (event === 'exit') throw new Error('The simulated nodes have ended: their stderr says why');
  } finally {
    over.abort();
  }
}
