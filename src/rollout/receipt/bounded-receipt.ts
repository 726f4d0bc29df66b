import type { Receipt } from './receipt.ts';

const mostPods = 10_000;

/** A receipt that fits into one paper, with the proofs of its first pods; the roll's own papers have all. */
export function boundedReceipt(receipt: Receipt): Receipt {
  let left = mostPods;
  const proofs = receipt.proofs.map(({ wave, at, pods, skipped }) => {
    const some = pods.slice(0, left);
    left -= some.length;
    return { wave, at, pods: some, skipped };
  });
  return { ...receipt, proofs };
}
