import { ApiError, simulatedApi, type ApiAccess, type SimulatedApi } from './simulated-api.ts';
import type { Rule } from './simulated-behaviour.ts';
import { simulatedFacade, type FacadeAccess } from './simulated-facade.ts';
import { follow, type KubeObject } from './simulated-follow.ts';
import type { Runtime } from './simulated-image.ts';
import { nodeObject, simulatedNode, type SimulatedNode } from './simulated-node.ts';
import { simulatedPod, type PodObject } from './simulated-pod.ts';

export type SimulatedClusterOptions = {
  nodes: number;
  facade: FacadeAccess;
  /** the runtimes of the nodes, in turn */
  runtimes: readonly Runtime[];
  /** from the wish to end a pod to its end */
  stopMs: number;
  /** by how much all back-offs are shorter than a kubelet's */
  hurry: number;
};

type NodeObject = KubeObject & { spec: { unschedulable?: boolean } };

/** What is done for a pod, and how to end that. */
type Tenancy = { over: AbortController; isLeaving: boolean; isBinding: boolean; isRunning: boolean };

/** Whatever it does ends with its process. */
const never = new AbortController().signal;

/** Nodes, and the scheduler that gives them pods in turn. All that it knows of a pod lies in memory. */
export class SimulatedCluster {
  rules: readonly Rule[] = [];
  readonly #api: SimulatedApi;
  readonly #options: SimulatedClusterOptions;
  readonly #nodes = new Map<string, SimulatedNode>();
  readonly #pods = new Map<string, Tenancy>();
  /** by uid: pods without a node */
  readonly #pending = new Map<string, PodObject>();
  /** by uid of the node: those that take pods */
  readonly #open = new Map<string, string>();
  #bound = 0;
  #started = 0;

  constructor(access: ApiAccess, options: SimulatedClusterOptions) {
    this.#api = simulatedApi(access, never);
    this.#options = options;
  }

  /** Fulfils when all nodes are there and all pods have been seen. */
  async start(): Promise<void> {
    const { nodes, runtimes, facade: access } = this.#options;
    const facade = simulatedFacade(access, never);
    const register = async (at: number): Promise<void> => {
      const name = `node-${String(at).padStart(3, '0')}`;
      const runtime = runtimes[at % runtimes.length] ?? 'containerd-2';
      this.#nodes.set(name, simulatedNode(name, runtime, facade));
      await tolerate(this.#api.send('POST', '/api/v1/nodes', { body: nodeObject(name, runtime) }), 409);
    };
    await Promise.all(Array.from({ length: nodes }, (_, at) => register(at)));
    const sees = { seen: this.#seesNode, gone: (uid: string) => void this.#open.delete(uid) };
    await follow<NodeObject>(this.#api, '/api/v1/nodes', sees, never);
    await follow<PodObject>(this.#api, '/api/v1/pods', { seen: this.#seesPod, gone: this.#losesPod }, never);
  }

  #seesNode = ({ metadata, spec }: NodeObject): void => {
    if (spec.unschedulable !== true && this.#nodes.has(metadata.name))
      this.#open.set(metadata.uid, metadata.name);
    else this.#open.delete(metadata.uid);
    for (const pod of this.#pending.values()) this.#seesPod(pod);
  };

  #seesPod = (pod: PodObject): void => {
    const { uid, deletionTimestamp } = pod.metadata;
    const { nodeName = '' } = pod.spec;
    if (nodeName === '') this.#pending.set(uid, pod);
    else this.#pending.delete(uid);
    const tenancy = this.#pods.get(uid) ?? newTenancy();
    this.#pods.set(uid, tenancy);
    const node = this.#nodes.get(nodeName);
    if (nodeName === '') this.#bind(pod, tenancy);
    else if (node === undefined) this.#pods.delete(uid);
    else if (deletionTimestamp !== undefined) this.#end(pod, tenancy);
    else if (!tenancy.isRunning && !hasRun(pod)) this.#run(pod, node, tenancy);
  };

  #losesPod = (uid: string): void => {
    this.#pods.get(uid)?.over.abort();
    this.#pods.delete(uid);
    this.#pending.delete(uid);
  };

  #bind({ metadata }: PodObject, tenancy: Tenancy): void {
    const open = [...this.#open.values()];
    const node = open[this.#bound % open.length];
    if (node === undefined || tenancy.isBinding) return;
    tenancy.isBinding = true;
    this.#bound++;
    const { namespace, name, uid } = metadata;
    const target = { apiVersion: 'v1', kind: 'Node', name: node };
    const body = { apiVersion: 'v1', kind: 'Binding', metadata: { name, uid }, target };
    const path = `/api/v1/namespaces/${namespace}/pods/${name}/binding`;
    void ifThere(this.#api.send('POST', path, { body }));
  }

  #run(pod: PodObject, node: SimulatedNode, tenancy: Tenancy): void {
    tenancy.isRunning = true;
    const { signal } = tenancy.over;
    const { hurry } = this.#options;
    const around = { api: this.#api, node, ip: ipOf(this.#started++), rules: () => this.rules, hurry };
    void simulatedPod(pod, around, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }

  #end({ metadata: { namespace, name, uid } }: PodObject, tenancy: Tenancy): void {
    if (tenancy.isLeaving) return;
    tenancy.isLeaving = true;
    setTimeout(() => {
      tenancy.over.abort();
      const body = { gracePeriodSeconds: 0, preconditions: { uid } };
      const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
      void ifThere(this.#api.send('DELETE', path, { body }));
    }, this.#options.stopMs);
  }
}

function newTenancy(): Tenancy {
  return { over: new AbortController(), isLeaving: false, isBinding: false, isRunning: false };
}

/** It was started by a process before this one, or has come to its end. */
function hasRun({ status }: PodObject): boolean {
  return status?.phase !== undefined && status.phase !== 'Pending';
}

function ipOf(at: number): string {
  return `10.${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}`;
}

/** What has gone, or has made room for another of its name, needs nothing any more. */
async function ifThere(change: Promise<unknown>): Promise<void> {
  await tolerate(change, 404, 409);
}

async function tolerate(request: Promise<unknown>, ...statuses: number[]): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!(error instanceof ApiError && statuses.includes(error.status))) throw error;
  }
}
