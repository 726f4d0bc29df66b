import { brokenOff } from './broken-off.ts';
import type { Scenario } from './scenario.ts';
import type { Theatre } from './theatre.ts';

/**
 * Plays scenarios one after the other: what one of them fails with is in its report, and the others go on. The reports are
 * those of the theatre, whose last stage stays open.
 * @throws Error where the theatre is closed meanwhile
 */
export async function playAll(
  theatre: Theatre,
  scenarios: readonly Scenario[],
  say: (line: string) => void,
): Promise<void> {
  for (const { name, play } of scenarios) {
    say(`${name} …`);
    try {
      theatre.reports.push(...(await play(theatre)));
    } catch (error) {
      if (theatre.isClosed) throw error;
      const why = error instanceof Error ? error.message : String(error);
      say(`${name} broke off: ${why}`);
      theatre.reports.push(brokenOff(name, why));
      // Nobody goes on from there.
      await theatre.clear();
    }
  }
}
