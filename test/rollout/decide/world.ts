import { newRoll } from '../../../src/rollout/control/new-roll.ts';
import type { App } from '../../../src/rollout/fleet/app.ts';
import type { Identify } from '../../../src/rollout/fleet/identity.ts';
import type { Pod } from '../../../src/rollout/fleet/pod.ts';
import type { Workload } from '../../../src/rollout/fleet/workload.ts';
import { sha256 } from '../../../src/oci/digest.ts';
import { newStack, type StackRecord } from '../../../src/rootfs/stack-record.ts';
import type { Charter } from '../../../src/rollout/judge/charter.ts';
import type { Proof } from '../../../src/rollout/judge/proof.ts';
import { decide } from '../../../src/rollout/decide/decide.ts';
import type { Beginning, Decision } from '../../../src/rollout/decide/decision.ts';
import { Memory } from '../../../src/rollout/decide/memory.ts';
import type { Step } from '../../../src/rollout/decide/step.ts';
import { stackSpec } from '../../../src/rollout/stack/spec.ts';
import type { StackResource } from '../../../src/rollout/stack/resource.ts';
import type { StackStatus } from '../../../src/rollout/stack/status.ts';

/** How an app does on a version. */
export type Behaviour = 'good' | 'never-ready' | 'crashes';

export type WorldApp = {
  guid: string;
  instances: number;
  behaviour: (version: string, pod: string) => Behaviour;
  surge?: boolean;
  obstacle?: string;
};

const hash = 'a'.repeat(40);

/** A cluster and a facade in memory, in which a second passes whenever `tick` is called; what is decided is done at once. */
export class World {
  now = Date.parse('2026-01-01T00:00:00Z');
  record: StackRecord = { ...newStack('cflinuxfs4'), promoted: '1' };
  stack: StackResource;
  status: StackStatus = { phase: 'Idle', message: '', observedGeneration: 0, history: [], conditions: [] };
  memory = new Memory(this.now);
  readonly papers = new Map<string, Charter[]>();
  readonly proofs: Proof[] = [];
  canaries = new Set<string>();
  /** no app is seen, as where `registries` names others */
  isBlind = false;
  readonly #apps: Map<string, WorldApp>;
  readonly pods = new Map<string, Pod[]>();
  readonly #workloads = new Map<string, Workload>();
  readonly #blocked = new Set<string>();
  #uid = 0;
  /** everything that was done, for what tests want to know */
  readonly log: { at: number; step: Step }[] = [];

  constructor(apps: readonly WorldApp[], rollout: object = {}) {
    this.#apps = new Map(apps.map((app) => [app.guid, app]));
    const spec = stackSpec.parse({ rootfs: { version: '1' }, registries: ['r'], rollout });
    this.stack = {
      metadata: { name: 'cflinuxfs4', uid: 'u', generation: 1, resourceVersion: '1', annotations: {} },
      spec,
      status: undefined,
    };
    for (const app of apps) {
      this.#workloads.set(app.guid, workloadOf(app));
      this.pods.set(app.guid, []);
      for (let i = 0; i < app.instances; i++) this.#make(app.guid, `${app.guid}-${i}`, -3600_000);
    }
    for (const pods of this.pods.values()) for (const pod of pods) this.#start(pod, 3600);
  }

  ask(version: string): void {
    this.stack.spec.rootfs.version = version;
  }

  versionsOf(guid: string): string[] {
    return (this.pods.get(guid) ?? []).map((pod) => versionIn(pod.containers[0]?.imageId ?? ''));
  }

  /** An app comes, with all its pods to be made. */
  add(app: WorldApp): void {
    this.#apps.set(app.guid, app);
    this.#workloads.set(app.guid, workloadOf(app));
  }

  /** A disruption budget lets no pod of an app go. */
  blocks(guid: string, isBlocked: boolean): void {
    if (isBlocked) this.#blocked.add(guid);
    else this.#blocked.delete(guid);
  }

  placementOf(guid: string): string | undefined {
    return this.record.placements[guid] ?? this.record.promoted;
  }

  /** Ends a pod as a node drain would. */
  drain(guid: string): void {
    const pod = this.pods.get(guid)?.find(({ isLeaving }) => !isLeaving);
    if (pod !== undefined) this.#leave(pod);
  }

  /** The patcher was killed and is back. */
  restart(): void {
    this.memory = new Memory(this.now);
  }

  /** A second passes, and the patcher looks. @param upTo how many parts of its decision are carried out before it is killed */
  tick(upTo = 99): Decision {
    this.now += 1000;
    for (const guid of this.#apps.keys()) this.#live(guid);
    const decision = decide({
      now: this.now,
      stack: this.stack,
      status: this.status,
      record: this.record,
      apps: this.#observe(),
      identify,
      charters: this.papers.get(this.status.roll?.id ?? '') ?? [],
      undone: this.papers.get(this.status.roll?.undoes ?? '') ?? [],
      canaries: this.canaries,
      memory: this.memory,
    });
    this.#carryOut(decision, upTo);
    return decision;
  }

  #carryOut(decision: Decision, upTo: number): void {
    const parts = [
      () => this.#write(decision),
      () => (this.status = decision.status),
      () => this.#place(decision.place),
      () => (this.record = { ...this.record, promoted: decision.promote ?? this.record.promoted }),
      () => decision.steps.forEach((step) => this.#do(step)),
      () => decision.begin && this.#begin(decision.begin),
    ];
    for (const part of parts.slice(0, upTo)) part();
    if (upTo < parts.length) this.restart();
  }

  #write({ charter, proofs, status }: Decision): void {
    this.proofs.push(...proofs);
    const id = status.roll?.id ?? '';
    const written = this.papers.get(id) ?? [];
    // The first one wins.
    if (charter !== undefined && !written.some(({ wave }) => wave === charter.wave))
      this.papers.set(id, [...written, charter]);
  }

  #begin(beginning: Beginning): void {
    this.status = { ...this.status, roll: newRoll(this.stack, beginning, this.now) };
    this.memory.clear();
  }

  #place(placements: Readonly<Record<string, string | null>>): void {
    const next = { ...this.record.placements };
    for (const [guid, version] of Object.entries(placements)) {
      if (version === null) delete next[guid];
      else {
        next[guid] = version;
        this.memory.placed([guid], version, this.now);
      }
    }
    this.record = { ...this.record, placements: next };
  }

  #do(step: Step): void {
    this.log.push({ at: this.now, step });
    const workload = this.#workloads.get(step.guid);
    if (step.kind === 'evict' && this.#blocked.has(step.guid)) {
      this.memory.forbidden(step.guid, this.now, 'a budget');
    } else if (step.kind === 'evict' || step.kind === 'delete') {
      const found = this.pods.get(step.guid)?.find(({ uid }) => uid === step.pod.uid);
      if (found !== undefined) this.#leave(found);
    } else if (step.kind === 'surge' && workload !== undefined) {
      this.#workloads.set(step.guid, { ...workload, replicas: 2, surgedFrom: step.from });
    } else if (step.kind === 'unsurge' && workload !== undefined) {
      this.#workloads.set(step.guid, {
        ...workload,
        replicas: workload.surgedFrom ?? 1,
        surgedFrom: undefined,
      });
    }
  }

  #leave(pod: Pod): void {
    pod.isLeaving = true;
    pod.isReady = false;
    pod.readinessSince = this.now;
  }

  /** A second in the life of an app: its owner makes what is missing, its nodes start what is there. */
  #live(guid: string): void {
    const workload = this.#workloads.get(guid);
    const replicas = workload?.replicas ?? 0;
    const names = Array.from({ length: replicas }, (_, i) => `${guid}-${i}`);
    const pods = (this.pods.get(guid) ?? []).filter(
      (pod) => !(pod.isLeaving && this.now - pod.readinessSince >= 2000),
    );
    for (const pod of pods) if (!pod.isLeaving && !names.includes(pod.name)) this.#leave(pod);
    this.pods.set(guid, pods);
    for (const name of names) if (!pods.some((pod) => pod.name === name)) this.#make(guid, name, 0);
    for (const pod of pods) this.#start(pod, Math.round((this.now - pod.createdAt) / 1000));
  }

  #make(guid: string, name: string, age: number): void {
    const createdAt = this.now + age;
    this.pods.get(guid)?.push({
      namespace: 'apps',
      name,
      uid: `pod-${++this.#uid}`,
      node: `node-${this.#uid % 5}`,
      owner: { kind: 'StatefulSet', name: guid, uid: `set-${guid}` },
      createdAt,
      isLeaving: false,
      isReady: false,
      readinessSince: createdAt,
      restarts: 0,
      crashedAt: undefined,
      waiting: undefined,
      containers: containersOf(guid, ''),
      isTask: false,
    });
  }

  #start(pod: Pod, age: number): void {
    if (pod.isLeaving || age < 1) return;
    const guid = pod.owner?.name ?? '';
    if (pod.containers[0]?.imageId === '')
      pod.containers = containersOf(guid, imageIdOf(guid, this.placementOf(guid) ?? ''));
    const version = versionIn(pod.containers[0]?.imageId ?? '');
    const behaviour = this.#apps.get(guid)?.behaviour(version, pod.name) ?? 'good';
    if (behaviour === 'crashes' && age % 20 === 15) {
      pod.restarts++;
      pod.crashedAt = this.now;
      // A container that is started again resolves its tag again.
      pod.containers = containersOf(guid, imageIdOf(guid, this.placementOf(guid) ?? ''));
    }
    const isReady =
      behaviour === 'good' ? age >= 3 : behaviour === 'crashes' && age % 20 > 3 && age % 20 < 15;
    if (isReady !== pod.isReady) pod.readinessSince = this.now;
    pod.isReady = isReady;
    pod.waiting = behaviour === 'crashes' && age % 20 >= 15 ? 'CrashLoopBackOff' : undefined;
  }

  #observe(): Map<string, App> {
    if (this.isBlind) return new Map();
    return new Map(
      [...this.#apps.values()].map(({ guid, obstacle }): [string, App] => {
        const workload = this.#workloads.get(guid);
        const pods = (this.pods.get(guid) ?? []).map((pod) => ({ ...pod }));
        return [guid, { guid, workloads: workload ? [workload] : [], pods, tasks: 0, obstacle }];
      }),
    );
  }
}

function workloadOf({ guid, instances, surge }: WorldApp): Workload {
  return {
    kind: 'StatefulSet',
    namespace: 'apps',
    name: guid,
    uid: `set-${guid}`,
    resourceVersion: '1',
    owner: undefined,
    replicas: instances,
    rollsItself: false,
    hasClaims: false,
    labels: {},
    containers: containersOf(guid, ''),
    isHeld: false,
    surge,
    surgedFrom: undefined,
    restartedFor: undefined,
  };
}

function containersOf(guid: string, imageId: string): Pod['containers'] {
  return [
    {
      name: 'opi',
      image: { guid, stack: undefined, reference: { hash, pinned: undefined } },
      imageId,
      alwaysPulls: true,
    },
  ];
}

const versions = new Map<string, string>();

function imageIdOf(guid: string, version: string): string {
  const digest = sha256(`${guid} ${version}`);
  versions.set(digest, version);
  return `r/cloudfoundry/${guid}@${digest}`;
}

function versionIn(imageId: string): string {
  return versions.get(imageId.slice(imageId.indexOf('@') + 1)) ?? '';
}

const identify: Identify = (_guid, digest) => {
  const version = versions.get(digest);
  return version === undefined ? 'unknown' : { stack: 'cflinuxfs4', version, hash };
};
