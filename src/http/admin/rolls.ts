import { operations } from '../../api/operations.ts';
import { Failure } from '../../errors.ts';
import { mostPaperBytes } from '../../operator/paper-names.ts';
import type { DriverFor } from '../../rollout/drive/roll-driver.ts';
import { byWhom } from '../by-whom.ts';
import { readBytes } from '../input.ts';
import type { Serve } from './exchange.ts';

/** Nothing that a paper brings is run, fetched or sent anywhere: it says what apps and people are called. */
const policy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/**
 * Rolls as they stand, what they are told, and their papers, byte for byte as they were put.
 * @param driverFor undefined without access to Kubernetes
 */
export function rollRoutes(serve: Serve, driverFor: DriverFor | undefined): void {
  serve(operations.showRolls, async (_, __, ctx) =>
    driverFor === undefined
      ? { access: false, rolls: [] }
      : { access: true, ...(await driverFor(byWhom(ctx)).look()) },
  );
  serve(operations.orderRoll, ({ parameters: { stack }, body: { dryRun = false, ...order } }, _, ctx) => {
    if (driverFor === undefined) throw noAccess();
    return driverFor(byWhom(ctx)).tell(stack, order, { isTrial: dryRun });
  });
  serve(operations.listRolls, ({ parameters: { stack } }, { rolls }) => rolls.list(stack));
  serve(operations.listPapers, ({ parameters: { stack, roll } }, { rolls }) => rolls.papers(stack, roll));
  serve(operations.getPaper, async ({ parameters: { stack, roll, paper } }, { rolls }, ctx) => {
    const bytes = await rolls.read(stack, roll, paper);
    if (bytes === undefined) throw new Failure('not-found', `Roll ${roll} of stack ${stack} has no ${paper}`);
    const type = paper.endsWith('.html') ? 'text/html; charset=utf-8' : 'application/json';
    ctx.set({ 'Content-Type': type, 'Content-Security-Policy': policy, 'X-Content-Type-Options': 'nosniff' });
    ctx.body = bytes;
  });
  serve(operations.putPaper, async ({ parameters: { stack, roll, paper }, headers }, { rolls }, ctx) => {
    const bytes = await readBytes(ctx.req, mostPaperBytes, 'paper');
    await rolls.write(stack, roll, paper, bytes, { first: headers['if-none-match'] !== undefined });
  });
}

function noAccess(): Failure {
  return new Failure(
    'not-found',
    'This facade has no access to Kubernetes: use dropstack rollout, or give it some by the option kubernetes',
  );
}
