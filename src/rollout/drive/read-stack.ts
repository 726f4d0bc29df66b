import { z } from 'zod';
import { Failure, isFailure } from '../../errors.ts';
import { requireStack } from '../../oci/names.ts';
import type { Api } from '../kubernetes/api.ts';
import { stacksPath, type StackResource } from '../stack/resource.ts';
import { parseStack } from './parse-stack.ts';

/**
 * @throws Failure `not-found` where there is no such `Stack`; `unsupported` where the cluster knows no such resources; `conflict`
 * where it is of another release; the reason of `signal`
 */
export async function readStack(api: Api, name: string, signal?: AbortSignal): Promise<StackResource> {
  const found = await findStack(api, name, signal);
  if (found === undefined)
    throw new Failure('not-found', `The cluster has no Stack ${name}: "kubectl get stacks" lists them`);
  return found;
}

/** Undefined where there is no such `Stack`. */
export async function findStack(
  api: Api,
  name: string,
  signal?: AbortSignal,
): Promise<StackResource | undefined> {
  requireStack(name);
  try {
    return parseStack(await api.get(`${stacksPath}/${name}`, z.unknown(), signal));
  } catch (error) {
    if (!isFailure(error, 'not-found')) throw error;
    // Of a resource that it knows the API server gives a reason.
    if (error.reason === 'NotFound') return undefined;
    throw noDefinition(error);
  }
}

/** @param cause what the API server said */
export function noDefinition(cause: unknown): Failure {
  const words = 'The cluster knows no Stack resources: apply deploy/patcher, and run the patcher';
  return new Failure('unsupported', words, { cause });
}
