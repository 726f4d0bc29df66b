import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { atEnd, type Owner } from '../owner.ts';

/**
 * Runs a shell script when its owner ends, and also when we are killed before: for what Linux does not take back by itself.
 * It should come from who made what it removes, right after that.
 */
export function lastWill(owner: Owner, script: string): void {
  // Its input ends with us, whatever ends us. The signals of a terminal go to us alone.
  const shell = spawn('/bin/sh', ['-c', `while read -r line; do :; done\n${script}`], {
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const errors = text(shell.stderr);
  const ended = once(shell, 'close');
  atEnd(owner, async () => {
    shell.stdin.end();
    await ended;
    if (shell.exitCode !== 0) throw new Error(`Cannot clean up: ${await errors}${script}`);
  });
}
