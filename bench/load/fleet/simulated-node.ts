import pLimit from 'p-limit';
import { setTimeout as delay } from 'node:timers/promises';
import { random } from '../workload/random.ts';
import { nextBackOff, type BackOff } from './back-off.ts';
import { createContentStore } from './content-store.ts';
import type { Door } from './door.ts';
import type { NodeSettings } from './messages.ts';
import { NetworkError } from './network-error.ts';
import { givenUp, pullImage, type Puller } from './pull-image.ts';
import { PullFailure } from './pull-failure.ts';
import type { Recording } from './recording.ts';

/** A container that wants its image. Times on the steady clock in milliseconds. */
export type Want = { reference: string; dueMs: number; giveUpAtMs: number; recording: Recording };

/** A kubelet with its containerd. */
export interface SimulatedNode {
  /** Ends when the image is complete on the node, or was given up. */
  start(want: Want): Promise<void>;
  forget(): void;
}

/** containerd's `max_concurrent_downloads`, of all pulls together. */
const downloadsAtOnce = 3;

/** @param door answers where the next pull goes */
export function createNode(number: number, settings: NodeSettings, door: () => Door): SimulatedNode {
  const queue = pLimit(settings.parallelPulls);
  const { fraction } = random(number, 'replicas');
  const puller: Puller = {
    contents: createContentStore(),
    downloads: pLimit(downloadsAtOnce),
    connect: (to, recording) => {
      recording.count('connections');
      return to.connect(number, fraction());
    },
    idleConnectionMs: settings.idleConnectionMs,
  };

  /** @returns why it failed */
  const attempt = async ({ reference, giveUpAtMs, recording }: Want): Promise<string | undefined> => {
    const timeMs = giveUpAtMs - performance.now();
    if (timeMs <= 0) return givenUp;
    try {
      await pullImage(puller, { door: door(), reference, recording, timeMs });
      return undefined;
    } catch (error) {
      return reasonOf(error);
    }
  };

  return {
    start: async (want) => {
      const { dueMs, giveUpAtMs, recording } = want;
      let last: BackOff | undefined;
      let reason: string | undefined;
      for (;;) {
        const end = await queue(attempt, want);
        // What an attempt that was broken off met before says more.
        reason = end === givenUp ? (reason ?? end) : end;
        const nowMs = performance.now();
        last = nextBackOff(last, nowMs, settings.firstBackoffMs);
        if (reason === undefined || nowMs + last.delayMs >= giveUpAtMs) {
          recording.pull(dueMs, nowMs, reason);
          return;
        }
        recording.count('backoffs');
        await delay(last.delayMs);
      }
    },
    forget: () => puller.contents.clear(),
  };
}

function reasonOf(error: unknown): string {
  if (error instanceof NetworkError) return error.code;
  if (error instanceof PullFailure) return error.message;
  throw error;
}
