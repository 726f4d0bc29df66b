import { LayerRewriter, type RewriteOptions, type RewriteSummary } from '../../src/droplet/rewrite.ts';
import { DropletRefused, type Refusal } from '../../src/droplet/refusal.ts';
import { defaultLimits } from '../../src/droplet/rules.ts';

export const exact: RewriteOptions = { limits: defaultLimits, owner: 'preserve', special: 'keep' };
export const usual: RewriteOptions = {
  limits: defaultLimits,
  owner: { uid: 2000, gid: 2000, name: 'vcap' },
  special: 'strip',
};

export type Rewritten = { tar: Buffer; summary: RewriteSummary };

/** Rewrites a tar that comes in chunks of the given sizes, over and over; without sizes in one. */
export function rewritten(tar: Buffer, options: RewriteOptions, sizes: number[] = [tar.length]): Rewritten {
  const rewriter = new LayerRewriter(options);
  const pieces: Buffer[] = [];
  for (let at = 0, turn = 0; at < tar.length; turn++) {
    const size = sizes[turn % sizes.length] ?? tar.length;
    // What is written is edited in place, and the tests use their archives again.
    pieces.push(...rewriter.write(Buffer.from(tar.subarray(at, at + size))));
    at += size;
  }
  pieces.push(...rewriter.end());
  return { tar: Buffer.concat(pieces), summary: rewriter.summary };
}

/** The refusal that a tar meets, or what becomes of it. */
export function outcome(tar: Buffer, options: RewriteOptions, sizes?: number[]): Rewritten | Refusal {
  try {
    return rewritten(tar, options, sizes);
  } catch (error) {
    if (error instanceof DropletRefused) return error.refusal;
    throw error;
  }
}
