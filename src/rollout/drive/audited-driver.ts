import type { Deed } from '../../operator/audit/entry.ts';
import type { Noted } from '../../operator/audit/noting.ts';
import type { RollDriver } from './roll-driver.ts';
import type { RollOrder } from './roll-order.ts';

/** The same driver, whose orders are written down. A trial is none. */
export function auditedDriver(driver: RollDriver, noted: Noted): RollDriver {
  return {
    look: () => driver.look(),
    tell: (stack, order, options) =>
      options.isTrial
        ? driver.tell(stack, order, options)
        : noted(
            deedOf(stack, order),
            () => driver.tell(stack, order, options),
            ({ roll }) => (roll === undefined ? {} : { roll }),
          ),
  };
}

function deedOf(stack: string, { order, ...rest }: RollOrder): Deed {
  return {
    action: 'roll',
    stack,
    order,
    ...('version' in rest ? { version: rest.version } : {}),
    ...('wave' in rest && rest.wave !== undefined ? { wave: rest.wave } : {}),
  };
}
