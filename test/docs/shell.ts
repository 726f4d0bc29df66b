import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A shell that goes on from one script to the next, and ends with the first that fails. */
export type Shell = {
  /** Runs a script in it. @returns all that it printed. @throws Error with that where it fails */
  run: (script: string) => Promise<string>;
  /** Starts a script beside it, with its variables. */
  stay: (script: string) => Promise<Stay>;
  /** Writes a file; its directory must be there. */
  write: (path: string, text: string) => Promise<void>;
};

/** A script that is to stay. */
export type Stay = {
  /** all that it printed so far */
  output: () => Promise<string>;
  hasEnded: () => boolean;
};

/** For a script to end. */
const patience = 180_000;

/** @param bash reads commands from its input, and stops at errors. @param home is empty, and where both see the same files */
export function shell(bash: ChildProcessWithoutNullStreams, home: string): Shell {
  let said = '';
  for (const stream of [bash.stdout, bash.stderr])
    stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  // Who has ended reads no more; `run` says so.
  bash.stdin.on('error', () => undefined);

  let scripts = 0;
  const put = async (script: string): Promise<{ file: string; output: () => Promise<string> }> => {
    const file = join(home, `script-${++scripts}`);
    await writeFile(file, `${script}\n`);
    return { file, output: () => readFile(`${file}.out`, 'utf8').catch(() => '') };
  };
  const run = async (script: string): Promise<string> => {
    const { file, output } = await put(script);
    bash.stdin.write(`. ${file} </dev/null >${file}.out 2>&1\necho 'end of ${file}'\n`);
    for (const until = Date.now() + patience; !said.includes(`end of ${file}\n`); await delay(20)) {
      const hasEnded = bash.exitCode !== null || bash.signalCode !== null;
      if (!hasEnded && Date.now() < until) continue;
      const how = hasEnded ? 'failed' : `took more than ${patience / 1000} s`;
      throw new Error(`This ${how}:\n${script}\n\nIt said:\n${await output()}\n${said.slice(-2000)}`);
    }
    return output();
  };
  const stay = async (script: string): Promise<Stay> => {
    const { file, output } = await put(script);
    bash.stdin.write(`( trap 'touch ${file}.end' EXIT; . ${file} ) </dev/null >${file}.out 2>&1 &\n`);
    return { output, hasEnded: () => existsSync(`${file}.end`) };
  };
  const write = async (path: string, text: string): Promise<void> => {
    const { file } = await put(text);
    await run(`cp ${file} ${path}`);
  };
  return { run, stay, write };
}
