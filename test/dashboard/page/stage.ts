import test from 'ava';
import type { Browser } from 'playwright-core';
import { startBrowser } from './browser.ts';
import { startWorld, type World } from './world.ts';

export type Stage = { browser: Browser; world: World };

/** A browser and a world for all tests of a file: they start when the first test wants them, and end with the last. */
export function sharedStage(): () => Promise<Stage> {
  const ends = new AsyncDisposableStack();
  test.after.always(() => ends.disposeAsync());
  let started: Promise<Stage> | undefined;
  const start = async (): Promise<Stage> => {
    const [browser, world] = await Promise.all([startBrowser(ends), startWorld(ends)]);
    return { browser, world };
  };
  return () => (started ??= start());
}
