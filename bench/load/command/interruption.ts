import { atEnd, type Owner } from '../../../test/helpers/owner.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Somebody wants the run to end at once. */
export class Interruption extends Error {}

/** Fails with an `Interruption` at the first signal; the second one ends the process as ever. */
export function interruption(owner: Owner): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  const interrupt = (signal: NodeJS.Signals): void => {
    forget();
    reject(new Interruption(signal));
  };
  const forget = (): void => {
    for (const signal of signals) process.off(signal, interrupt);
  };
  for (const signal of signals) process.on(signal, interrupt);
  atEnd(owner, () => Promise.resolve(forget()));
  promise.catch(() => undefined);
  return promise;
}
