import type { Serving } from '../../http/serve.ts';

/** Load balancers need some seconds to see that readiness fails, before connections are refused. */
const stopDelayMs = 5_000;
/** A pull of a large layer over a slow line. */
const graceMs = 120_000;

/** npm passes on what the terminal has sent to us as well: the same wish, not a second one. */
const echoMs = 500;

/** A second signal ends at once. */
export function stopOnSignals(serving: Serving, onStop: (signal: string) => void): void {
  let stoppingSince: number | undefined;
  for (const [signal, delayMs] of [
    ['SIGTERM', stopDelayMs],
    ['SIGINT', 0],
  ] as const) {
    process.on(signal, () => {
      const now = performance.now();
      if (stoppingSince !== undefined && now - stoppingSince < echoMs) return;
      if (stoppingSince !== undefined) process.exit(1);
      stoppingSince = now;
      onStop(signal);
      void serving.stop({ delayMs, graceMs }).then(() => process.exit(0));
    });
  }
}
