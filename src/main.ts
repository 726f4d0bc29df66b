import { CommanderError } from 'commander';
import { createProgram } from './cli/program.ts';
import { isFailure } from './errors.ts';

// Who reads our output may stop, as `head` does.
process.stdout.on('error', () => process.exit());
// And of what is said beside it nothing depends.
process.stderr.on('error', () => {});

try {
  await createProgram(complain).parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

/** One clear line for what users can mend; the stack for what they cannot. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (!isFailure(error)) {
    process.stderr.write(
      `dropstack: unexpected error: ${error instanceof Error ? error.stack : String(error)}\n`,
    );
    return 1;
  }
  complain(error.message);
  return error.code === 'invalid' ? 2 : 1;
}

function complain(text: string): void {
  process.stderr.write(`dropstack: ${text.trim().replaceAll(/\s*\n\s*/g, ' ')}\n`);
}
