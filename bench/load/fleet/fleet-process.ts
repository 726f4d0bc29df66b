/** Some nodes of a fleet, in a process of their own: does what it is told, and answers when that is done. */
import { setTimeout as delay } from 'node:timers/promises';
import { openDoor, type Door } from './door.ts';
import type { Answer, Command, NodeSettings, Order } from './messages.ts';
import { createRecording, type RecordedPart } from './recording.ts';
import { createNode, type SimulatedNode } from './simulated-node.ts';

const nodes = new Map<number, SimulatedNode>();
let door: Door | undefined;
let settings: NodeSettings | undefined;

process.on('message', ({ id, command }: Order) => {
  const tell = (answer: Omit<Answer, 'id'>): void => void process.send?.({ id, ...answer } satisfies Answer);
  obey(command).then(
    (part) => tell(part === undefined ? {} : { part }),
    (error: unknown) =>
      tell({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
// Not `process.exit`, which can wait for ever for threads that compile (nodejs/node#54918).
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));

async function obey(command: Command): Promise<RecordedPart | undefined> {
  switch (command.name) {
    case 'set up':
      ({ settings } = command);
      door = await openDoor(command.registry);
      return undefined;
    case 'use':
      door = await openDoor(command.registry);
      return undefined;
    case 'forget':
      for (const number of command.nodes ?? nodes.keys()) nodes.get(number)?.forget();
      return undefined;
    case 'run':
      return run(command);
    default:
      return command satisfies never;
  }
}

async function run({ starts, at, giveUpMs }: Extract<Command, { name: 'run' }>): Promise<RecordedPart> {
  const begunMs = performance.now() + at - Date.now();
  const recording = createRecording(begunMs);
  const ends: Promise<void>[] = [];
  for (const { atMs, node, reference } of starts.toSorted((a, b) => a.atMs - b.atMs)) {
    const dueMs = begunMs + atMs;
    const earlyMs = dueMs - performance.now();
    if (earlyMs > 0) await delay(earlyMs);
    ends.push(nodeOf(node).start({ reference, dueMs, giveUpAtMs: dueMs + giveUpMs, recording }));
  }
  await Promise.all(ends);
  return recording.written();
}

function nodeOf(number: number): SimulatedNode {
  const known = nodes.get(number);
  if (known !== undefined) return known;
  if (settings === undefined) throw new Error('The nodes are not set up');
  const node = createNode(number, settings, currentDoor);
  nodes.set(number, node);
  return node;
}

function currentDoor(): Door {
  if (door === undefined) throw new Error('The nodes know no registry');
  return door;
}
