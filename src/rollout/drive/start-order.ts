import { Failure } from '../../errors.ts';
import { annotation, type StackResource } from '../stack/resource.ts';
import type { StackSpec } from '../stack/spec.ts';
import type { Order } from './order.ts';

export type Wish = {
  version: string;
  /** where the version is to be imported from; undefined where nobody said */
  source: StackSpec['rootfs']['source'] | undefined;
  /** whether the facade has the version */
  isKnown: boolean;
  /** begin anew, also where the last roll to this version has completed */
  retry: boolean;
};

/**
 * The order that begins a roll. The source in a spec is that of the version beside it, and goes with it.
 * @throws Failure `conflict` where the order makes no sense; `not-found` where nothing says what the version is
 */
export function startOrder(stack: StackResource, wish: Wish): Order {
  const { name } = stack.metadata;
  const { rootfs } = stack.spec;
  const { version, isKnown } = wish;
  const isAsked = rootfs.version === version;
  const source = wish.source ?? (isAsked ? rootfs.source : undefined);
  if (!isKnown && source === undefined)
    throw new Failure(
      'not-found',
      `The facade has no version ${version} of stack ${name}: import it first, or give --import <reference>`,
    );
  const hasOtherSource = wish.source !== undefined;
  const spec =
    isAsked && !hasOtherSource ? {} : { rootfs: { version, ...(source === undefined ? {} : { source }) } };
  const order = isAsked
    ? again(stack, wish, spec)
    : { said: beginning(stack, version), spec, annotations: {} };
  return stack.spec.paused ? { ...order, said: `${order.said}, once the Stack is no longer paused` } : order;
}

function beginning({ status, spec: { rootfs } }: StackResource, version: string): string {
  const last = status?.roll;
  const isUnderWay = last !== undefined && last.endedAt === undefined;
  const isBack = last?.kind === 'roll' && last.from === version && last.asked === rootfs.version;
  if (isBack) return `Roll ${last.id} is taken back: every app that it moved returns to where it was`;
  return `A roll to ${version} begins${isUnderWay ? `, in place of roll ${last.id} to ${last.to}` : ''}`;
}

/** The same version once more is another roll only for who names the one before. */
function again(stack: StackResource, { version, retry }: Wish, spec: Order['spec']): Order {
  const { name } = stack.metadata;
  const last = stack.status?.roll;
  if (last === undefined || last.asked !== version)
    throw new Failure(
      'conflict',
      `Stack ${name} asks for ${version} already: "dropstack rollout status ${name}" tells what becomes of it`,
    );
  if (last.endedAt === undefined)
    throw new Failure(
      'conflict',
      `Roll ${last.id} to ${version} is under way: "dropstack rollout status ${name} -w"`,
    );
  const isReached = stack.status?.phase === 'Completed' && last.to === version;
  if (isReached && !retry)
    throw new Failure(
      'conflict',
      `Roll ${last.id} to ${version} has completed, ${last.counts.failed} apps failed: --retry begins anew with what is left`,
    );
  return {
    said: `Another roll to ${version} begins`,
    spec,
    annotations: { [annotation.retry]: last.id },
  };
}
