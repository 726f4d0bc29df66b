import { Failure } from '../../errors.ts';
import { stackResource, type StackResource } from '../stack/resource.ts';

/**
 * A `Stack` as this release knows them: of one with fields of another release nobody could say what they mean for a roll.
 * @throws Failure `conflict`: it stays so until either is changed
 */
export function parseStack(object: unknown): StackResource {
  const { data, error } = stackResource.safeParse(object);
  if (data !== undefined) return data;
  const wrong = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  throw new Failure(
    'conflict',
    `The Stack cannot be read by this release of dropstack, use that of the patcher: ${wrong}`,
    { cause: error },
  );
}
