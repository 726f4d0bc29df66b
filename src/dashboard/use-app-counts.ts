import { useEffect, useState } from 'preact/hooks';
import type { DropletSummary } from '../operator/operator.ts';
import { ask } from './ask.ts';
import { appCounts, type AppCounts } from './model/stacks.ts';

/** How many apps each stack has. The list that says so is long: it is read once, and again when somebody wants it. */
export type Counted = { counts: AppCounts; at: string } | undefined;

let counted: Promise<Counted> | undefined;

export function useAppCounts(): { counted: Counted; again: () => void } {
  const [found, setFound] = useState<Counted>();
  const look = (): void => {
    counted ??= countApps();
    void counted.then(setFound);
  };
  useEffect(look, []);
  const again = (): void => {
    counted = undefined;
    look();
  };
  return { counted: found, again };
}

async function countApps(): Promise<Counted> {
  try {
    const counts = appCounts(await ask<DropletSummary[]>('/droplets'));
    return { counts, at: new Date().toISOString() };
  } catch {
    // Shares are told without it, and the next view tries again.
    counted = undefined;
    return undefined;
  }
}
