import { Failure, isFailure } from '../../errors.ts';
import { requireStack } from '../../oci/names.ts';
import type { Api } from '../kubernetes/api.ts';
import { stackResource, stacksPath, type StackResource } from '../stack/resource.ts';

/** @throws Failure `not-found` where there is no such `Stack`; `unsupported` where the cluster knows no such resources */
export async function readStack(api: Api, name: string): Promise<StackResource> {
  const found = await findStack(api, name);
  if (found === undefined)
    throw new Failure('not-found', `The cluster has no Stack ${name}: "kubectl get stacks" lists them`);
  return found;
}

/** Undefined where there is no such `Stack`. */
export async function findStack(api: Api, name: string): Promise<StackResource | undefined> {
  requireStack(name);
  try {
    return await api.get(`${stacksPath}/${name}`, stackResource);
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
