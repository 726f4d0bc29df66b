import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Owner } from '../helpers/owner.ts';
import { run } from '../helpers/run.ts';
import { tempDir } from '../helpers/temp.ts';
import { toolPath } from '../helpers/tools.ts';

/** A clock for processes that are started with `env`, and for their children. */
export type OddClock = {
  env: NodeJS.ProcessEnv;
  /** Sets it so many seconds off the true time, while they run; within a second they see it. */
  set: (seconds: number) => Promise<void>;
};

/** Time as it is told by libfaketime. The monotonic clock, which timers go by, and times of files are true. */
export async function oddClock(owner: Owner): Promise<OddClock> {
  const file = join(await tempDir(owner), 'time');
  const set = async (seconds: number): Promise<void> => {
    await writeFile(`${file}.next`, `${seconds < 0 ? '' : '+'}${seconds}\n`);
    await rename(`${file}.next`, file);
  };
  await set(0);
  // Where the library lies depends on the machine, and the program knows.
  const { stdout } = await run(toolPath('faketime'), ['-m', '-f', '+0', 'printenv', 'LD_PRELOAD']);
  return {
    env: {
      LD_PRELOAD: stdout.trim(),
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_CACHE_DURATION: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    },
    set,
  };
}
