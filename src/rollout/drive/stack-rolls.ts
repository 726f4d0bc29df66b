import { Failure, isFailure, reasonOf, type FailureCode } from '../../errors.ts';
import type { Operator } from '../../operator/operator.ts';
import type { Api } from '../kubernetes/api.ts';
import type { StackResource } from '../stack/resource.ts';
import { changeStack } from './change-stack.ts';
import { knownVersion } from './known-version.ts';
import { Lookout } from './lookout.ts';
import type { Order } from './order.ts';
import { plansOf, type PlanOf } from './plans-of.ts';
import type { RollDriver, RollsNow, Told } from './roll-driver.ts';
import { orderFor } from './roll-order.ts';
import { statusReport } from './status-report.ts';

/** The rolls of a cluster, for all who look at them and drive them through this facade. */
export class StackRolls {
  readonly #open: () => Promise<Api>;
  readonly #papers: Pick<Operator, 'rolls'>;
  readonly #lookout = new Lookout(() => this.#connect());
  readonly #plans = new Map<string, PlanOf>();
  #api: Promise<Api> | undefined;

  /**
   * @param open gives the API of the cluster, when somebody first wants something of it
   * @param papers where plans are
   */
  constructor(open: () => Promise<Api>, papers: Pick<Operator, 'rolls'>) {
    this.#open = open;
    this.#papers = papers;
  }

  /** @param by as receipts tell it */
  driverFor(by: string, operator: Pick<Operator, 'rootfs'>): RollDriver {
    return {
      look: () => this.#look(),
      tell: async (stack, told, { isTrial }) => {
        const isKnown = told.order !== 'start' || (await knownVersion(operator, stack, told.version)).isKnown;
        return this.#tell(stack, (found) => orderFor(found, told, isKnown), { by, isTrial });
      },
    };
  }

  /** Calls `onChange` soon after a roll has changed. @returns what ends it */
  follow(onChange: () => void): () => void {
    return this.#lookout.follow(onChange);
  }

  async close(): Promise<void> {
    await this.#lookout.close();
    await this.#api?.then((api) => api.close()).catch(() => undefined);
  }

  async #look(): Promise<RollsNow> {
    const { stacks, ...rest } = await this.#lookout.look();
    const now = Date.now();
    const rolls = stacks.map(async (stack) => {
      const id = stack.status?.roll?.id;
      const plan = id === undefined ? undefined : await this.#planOf(stack.metadata.name)(id);
      return statusReport(stack, plan, now);
    });
    return { rolls: await Promise.all(rolls), ...rest };
  }

  async #tell(
    name: string,
    decide: (stack: StackResource) => Order,
    how: { by: string; isTrial: boolean },
  ): Promise<Told> {
    try {
      const { stack, order, by } = await changeStack(await this.#connect(), name, decide, how);
      const roll = stack.status?.roll?.id;
      return { said: order.said, by, ...(roll === undefined ? {} : { roll }) };
    } catch (error) {
      throw forAsker(error);
    }
  }

  #planOf(stack: string): PlanOf {
    const known = this.#plans.get(stack) ?? plansOf(this.#papers, stack);
    this.#plans.set(stack, known);
    return known;
  }

  async #connect(): Promise<Api> {
    const api = (this.#api ??= this.#open());
    return api.catch((error: unknown) => {
      // What was wrong with the kubeconfig may be mended.
      if (this.#api === api) this.#api = undefined;
      const why = `The facade cannot make use of its access to Kubernetes: ${reasonOf(error)}`;
      throw new Failure('unavailable', why, { cause: error });
    });
  }
}

/** Credentials and requests of ours are not those of who asks us, and reasons of Kubernetes none of our API. */
const meanings: Partial<Record<FailureCode, FailureCode>> = {
  unauthenticated: 'unavailable',
  corrupt: 'unavailable',
  unsupported: 'not-found',
};

function forAsker(error: unknown): unknown {
  if (!isFailure(error)) return error;
  const { code, message, retryAfter } = error;
  return new Failure(meanings[code] ?? code, message, {
    cause: error,
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });
}
