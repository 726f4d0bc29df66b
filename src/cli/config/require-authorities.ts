import type { Finding } from '../../config/problem.ts';
import type { Path } from '../../config/where.ts';
import { reasonOf } from '../../errors.ts';
import { authorities } from '../../store/authorities.ts';
import { chainOf } from './judge-chain.ts';
import { attempt } from './trial.ts';

/**
 * A file with authorities to trust. Node takes what is no certificate for none at all, and says nothing.
 * @param of whom, as `the S3 store`
 */
export async function requireAuthorities(
  option: Path,
  of: string,
  path: string | undefined,
): Promise<Finding[]> {
  if (path === undefined) return [];
  return attempt(
    option,
    () => authorities(of, path),
    (pems) => {
      const why = lackOf(pems.at(-1) ?? '');
      return why === undefined ? [] : [{ level: 'error', option, message: `Cannot use ${path}: ${why}` }];
    },
  );
}

function lackOf(pem: string): string | undefined {
  try {
    return chainOf(pem).length === 0 ? 'it holds no certificate in PEM' : undefined;
  } catch (error) {
    return reasonOf(error);
  }
}
