import { randomUUID } from 'node:crypto';
import { reasonOf } from '../../../src/errors.ts';
import { crashBackOff, forgetsAfter, pullBackOff } from './simulated-back-off.ts';
import type { Behaviour } from './simulated-behaviour.ts';
import type { PulledImage } from './simulated-image.ts';
import { timestamp, type ContainerLife } from './simulated-status.ts';

export type ContainerSpec = { name: string; image: string; imagePullPolicy: string };

type Surroundings = {
  /** @throws Error in a runtime's words */
  pull: () => Promise<PulledImage>;
  imageId: (image: PulledImage) => string;
  /** by how much all back-offs are shorter than a kubelet's */
  hurry: number;
  /** whether it is started again when it has crashed */
  restarts: boolean;
  behaviour: (image: PulledImage) => Behaviour;
  /** Writes the status of the whole pod. */
  tell: () => Promise<void>;
  /** Rejects when the pod is over. */
  wait: (ms: number) => Promise<void>;
};

export class SimulatedContainer {
  /** as the pod's status tells it */
  readonly life: ContainerLife;
  readonly #around: Surroundings;

  constructor({ name, image }: ContainerSpec, around: Surroundings) {
    this.#around = around;
    this.life = {
      name,
      image,
      imageId: '',
      containerId: '',
      restarts: 0,
      isReady: false,
      state: { waiting: { reason: 'ContainerCreating' } },
    };
  }

  /** As an init container, which ends well. */
  async initialise(): Promise<void> {
    await this.#start();
    this.#finish(0);
  }

  /** Fulfils when nothing more will happen by itself. */
  async run(): Promise<void> {
    const { behaviour, restarts, hurry, tell, wait } = this.#around;
    for (let crashes = 0, inARow = 0; ;) {
      const { crash, ...readiness } = behaviour(await this.#start());
      const started = Date.now();
      await this.#settle(readiness);
      if (crash === undefined || crashes >= (crash.times ?? Infinity)) return;
      await wait(crash.afterMs);
      crashes++;
      inARow = Date.now() - started > forgetsAfter(hurry) ? 1 : inARow + 1;
      this.#finish(1);
      await tell();
      if (!restarts) return;
      await this.#backOff(crashBackOff(inARow, hurry));
    }
  }

  async #start(): Promise<PulledImage> {
    const image = await this.#pull();
    if (this.life.containerId !== '') this.life.restarts++;
    this.life.imageId = this.#around.imageId(image);
    this.life.containerId = `containerd://${randomUUID().replaceAll('-', '').repeat(2)}`;
    this.life.state = { running: { startedAt: timestamp() } };
    return image;
  }

  async #pull(): Promise<PulledImage> {
    const { pull, hurry, wait } = this.#around;
    for (let failures = 1; ; failures++) {
      try {
        return await pull();
      } catch (error) {
        if (failures === 1) await this.#tellFailedPull(reasonOf(error));
        await wait(pullBackOff(failures, hurry));
      }
    }
  }

  /** Once: a kubelet that goes on failing says nothing else. */
  async #tellFailedPull(message: string): Promise<void> {
    this.life.state = { waiting: { reason: 'ErrImagePull', message } };
    await this.#around.tell();
    this.life.state = {
      waiting: {
        reason: 'ImagePullBackOff',
        message: `Back-off pulling image "${this.life.image}": ${message}`,
      },
    };
    await this.#around.tell();
  }

  /** To readiness, as far as it comes, and to what it loses of it. Ready at once is told together with its start. */
  async #settle({ readyAfterMs = 0, neverReady = false, unready }: Omit<Behaviour, 'crash'>): Promise<void> {
    const { tell, wait } = this.#around;
    if (neverReady) return tell();
    if (readyAfterMs > 0) {
      await tell();
      await wait(readyAfterMs);
    }
    await this.#setReady(true);
    if (unready === undefined) return;
    await wait(unready.afterMs);
    await this.#setReady(false);
    if (unready.forMs === undefined) return;
    await wait(unready.forMs);
    await this.#setReady(true);
  }

  async #setReady(isReady: boolean): Promise<void> {
    this.life.isReady = isReady;
    await this.#around.tell();
  }

  async #backOff(ms: number): Promise<void> {
    const { state } = this.life;
    if ('terminated' in state) this.life.last = { terminated: state.terminated };
    const message = `back-off restarting failed container ${this.life.name}`;
    this.life.state = { waiting: { reason: 'CrashLoopBackOff', message } };
    if (ms === 0) return;
    await this.#around.tell();
    await this.#around.wait(ms);
  }

  #finish(exitCode: number): void {
    const { state } = this.life;
    const finishedAt = timestamp();
    const startedAt = 'running' in state ? state.running.startedAt : finishedAt;
    const reason = exitCode === 0 ? 'Completed' : 'Error';
    this.life.isReady = exitCode === 0;
    this.life.state = { terminated: { exitCode, reason, startedAt, finishedAt } };
  }
}
