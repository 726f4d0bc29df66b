import { Failure } from '../../errors.ts';
import { annotation, type StackResource } from '../stack/resource.ts';
import type { Roll } from '../stack/status.ts';
import type { Order } from './order.ts';

/**
 * What can be told to a roll. Each makes an order of the `Stack` as it is.
 * @throws Failure `conflict` where the order makes no sense
 */
export const orders = { pause, resume, approve, abort, undo };

function pause(stack: StackResource): Order {
  const { id } = rollUnderWay(stack, 'pause');
  if (stack.spec.paused) throw senseless(`Roll ${id} is paused already: resume goes on with it`);
  return {
    said: `Roll ${id} pauses: what is on its way arrives, nothing more begins`,
    spec: { paused: true },
    annotations: {},
  };
}

function resume(stack: StackResource): Order {
  const { paused } = stack.spec;
  const roll = stack.status?.roll;
  if (roll === undefined || roll.endedAt !== undefined) {
    if (!paused) throw senseless(`Stack ${stack.metadata.name} is not paused, and nothing is under way`);
    return { said: 'The next roll will not be paused', spec: { paused: false }, annotations: {} };
  }
  const { id, failures, acknowledged } = roll;
  const unseen = failures.length - acknowledged;
  if (!paused && unseen === 0) throw senseless(`Roll ${id} goes on by itself: there is nothing to resume`);
  const seen = unseen === 0 ? '' : `, and its ${unseen} failures since count no more`;
  return {
    said: `Roll ${id} goes on${seen}`,
    spec: paused ? { paused: false } : {},
    annotations: { [annotation.resume]: `${id}/${failures.length}` },
  };
}

/** @param name of the wave; without it, the one that waits */
function approve(stack: StackResource, name?: string): Order {
  const roll = rollUnderWay(stack, 'approve');
  const index = roll.waves.findIndex((wave) =>
    name === undefined ? wave.finishedAt === undefined : wave.name === name,
  );
  const wave = roll.waves[index];
  if (wave === undefined)
    throw senseless(
      name === undefined
        ? `Every wave of roll ${roll.id} is over`
        : `Roll ${roll.id} has no wave ${name}: there are ${roll.waves.map((one) => one.name).join(', ')}`,
    );
  if (roll.kind === 'undo' || wave.approval !== true)
    throw senseless(`Wave ${wave.name} of roll ${roll.id} needs no approval`);
  if (wave.approvedAt !== undefined || wave.finishedAt !== undefined)
    throw senseless(
      `Wave ${wave.name} of roll ${roll.id} was approved already, by ${wave.approvedBy ?? 'somebody'}`,
    );
  if (name === undefined && wave.settledAt === undefined)
    throw senseless(
      `Wave ${wave.name} of roll ${roll.id} is not through yet: to approve it ahead, name it: --wave ${wave.name}`,
    );
  return {
    said: `Wave ${wave.name} of roll ${roll.id} is approved: the next one may begin`,
    spec: {},
    annotations: { [annotation.approve]: `${roll.id}/${index}` },
    wave: wave.name,
  };
}

function abort(stack: StackResource): Order {
  const { id } = rollUnderWay(stack, 'abort');
  if (stack.metadata.annotations[annotation.abort] === id)
    throw senseless(`Roll ${id} was told to end already: see its status`);
  return {
    said: `Roll ${id} ends: every app stays where it is`,
    spec: {},
    annotations: { [annotation.abort]: id },
  };
}

/** What is paused would not go back either. */
function undo(stack: StackResource): Order {
  const { rootfs, paused } = stack.spec;
  const roll = stack.status?.roll;
  if (roll === undefined) throw senseless(`Stack ${stack.metadata.name} was never rolled: nothing to undo`);
  const { id, kind, from, asked } = roll;
  if (kind === 'undo')
    throw senseless(`Roll ${id} was an undo itself: to go forward again, start a roll to the version`);
  if (from === undefined)
    throw senseless(`Before roll ${id} nothing was promoted: there is nothing to go back to`);
  if (rootfs.version !== asked)
    throw senseless(`The Stack asks for ${rootfs.version} already, and no longer for ${asked} of roll ${id}`);
  return {
    said: `Roll ${id} is taken back: every app that it moved returns to where it was, new ones to ${from}`,
    spec: { rootfs: { version: from }, ...(paused ? { paused: false } : {}) },
    annotations: {},
  };
}

function rollUnderWay({ metadata, status }: StackResource, what: string): Roll {
  const roll = status?.roll;
  if (roll === undefined) throw senseless(`Stack ${metadata.name} was never rolled: nothing to ${what}`);
  if (roll.endedAt !== undefined)
    throw senseless(`Roll ${roll.id} of stack ${metadata.name} has ended: nothing to ${what}`);
  return roll;
}

function senseless(message: string): Failure {
  return new Failure('conflict', message);
}
