/** Where progress is told: standard error, or what looks like it. */
export type Terminal = { isTTY?: boolean; columns?: number; write(text: string): unknown };

const terminalMs = 200;
const plainMs = 5_000;
const eraseLine = '\r\x1b[2K';

/**
 * Tells over and over how far a long command is: on a terminal one line that is written anew, elsewhere a line every few
 * seconds.
 * @returns what ends it
 */
export function showProgress(
  describe: () => string,
  stream: Terminal = process.stderr,
  everyMs: number = stream.isTTY === true ? terminalMs : plainMs,
): () => void {
  const show = (): void => {
    if (stream.isTTY === true) stream.write(eraseLine + describe().slice(0, (stream.columns ?? 80) - 1));
    else stream.write(`${describe()}\n`);
  };
  const timer = setInterval(show, everyMs);
  return () => {
    clearInterval(timer);
    if (stream.isTTY === true) stream.write(eraseLine);
  };
}
