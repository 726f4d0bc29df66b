import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Answer, Command, Order } from './messages.ts';
import type { RecordedPart } from './recording.ts';

const script = join(import.meta.dirname, 'fleet-process.ts');

/** One process of a fleet. */
export type Nodes = {
  /** Ends when the command is done; answers what a run recorded. @throws Error where it fails, or the process ends first */
  tell: (command: Command) => Promise<RecordedPart | undefined>;
  /** Safe to call again. */
  close: () => Promise<void>;
};

export function startNodes(): Nodes {
  const child = fork(script, { execArgv: [] });
  const waiting = new Map<number, PromiseWithResolvers<RecordedPart | undefined>>();
  let orders = 0;
  let lost: Error | undefined;
  child.on('message', ({ id, part, error }: Answer) => {
    const waiter = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) waiter?.resolve(part);
    else waiter?.reject(new Error(`A process of the fleet failed: ${error}`));
  });
  const ended = once(child, 'exit');
  child.once('exit', (code, signal) => {
    lost = new Error(`A process of the fleet ended with ${signal ?? String(code)}`);
    for (const { reject } of waiting.values()) reject(lost);
    waiting.clear();
  });
  return {
    tell: async (command) => {
      if (lost !== undefined) throw lost;
      const waiter = Promise.withResolvers<RecordedPart | undefined>();
      const order: Order = { id: orders++, command };
      waiting.set(order.id, waiter);
      child.send(order);
      return waiter.promise;
    },
    close: async () => {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
