import { Failure } from '../../errors.ts';
import type { Operator } from '../../operator/operator.ts';

/**
 * What the facade knows of a version that a roll shall go to.
 * @throws Failure `conflict` where it is retired
 */
export async function knownVersion(
  { rootfs }: Pick<Operator, 'rootfs'>,
  name: string,
  version: string,
): Promise<{ isKnown: boolean; isPromoted: boolean }> {
  const versions = await rootfs.versions(name);
  const found = versions.find((one) => one.version === version);
  if (found?.retired === true)
    throw new Failure(
      'conflict',
      `Version ${version} of stack ${name} is retired: nothing is served over it`,
    );
  return { isKnown: found !== undefined, isPromoted: found?.promoted === true };
}
