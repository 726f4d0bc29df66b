import { setTimeout as sleep } from 'node:timers/promises';
import { Failure, isFailure, reasonOf, type FailureCode } from '../../errors.ts';
import type { Operator } from '../../operator/operator.ts';
import type { Api } from '../kubernetes/api.ts';
import type { StackResource } from '../stack/resource.ts';
import { changeStack, type How } from './change-stack.ts';
import { knownVersion } from './known-version.ts';
import { Lookout } from './lookout.ts';
import type { Order } from './order.ts';
import { plansOf, type PlanOf } from './plans-of.ts';
import type { RollDriver, RollsNow, Told } from './roll-driver.ts';
import { orderFor } from './roll-order.ts';
import { statusReport } from './status-report.ts';

type Options = {
  /** that an order waits for the API server; milliseconds */
  patienceMs?: number;
  /** that a look waits for plans, without which a roll can be followed; milliseconds */
  planPatienceMs?: number;
};

/** The rolls of a cluster, for all who look at them and drive them through this facade. */
export class StackRolls {
  readonly #open: () => Promise<Api>;
  readonly #papers: Pick<Operator, 'rolls'>;
  readonly #options: Required<Options>;
  readonly #lookout = new Lookout(() => this.#connect());
  readonly #plans = new Map<string, PlanOf>();
  #api: Promise<Api> | undefined;

  /**
   * @param open gives the API of the cluster, when somebody first wants something of it
   * @param papers where plans are
   */
  constructor(
    open: () => Promise<Api>,
    papers: Pick<Operator, 'rolls'>,
    { patienceMs = 10_000, planPatienceMs = 2_000 }: Options = {},
  ) {
    this.#open = open;
    this.#papers = papers;
    this.#options = { patienceMs, planPatienceMs };
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
    const enough = sleep(this.#options.planPatienceMs, undefined, { ref: false });
    const rolls = stacks.map(async (stack) => {
      const id = stack.status?.roll?.id;
      const plan =
        id === undefined ? undefined : await Promise.race([this.#planOf(stack.metadata.name)(id), enough]);
      return statusReport(stack, plan, now);
    });
    return { rolls: await Promise.all(rolls), ...rest };
  }

  async #tell(name: string, decide: (stack: StackResource) => Order, how: How): Promise<Told> {
    const signal = AbortSignal.timeout(this.#options.patienceMs);
    try {
      const changed = await changeStack(await this.#connect(), name, decide, { ...how, signal });
      const { stack, order, by } = changed;
      const { said, wave } = order;
      const roll = stack.status?.roll?.id;
      return {
        said,
        by,
        ...(roll === undefined ? {} : { roll }),
        ...(wave === undefined ? {} : { wave }),
      };
    } catch (error) {
      throw signal.aborted && !isFailure(error) ? silent(how, error) : forAsker(error);
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

function silent({ isTrial }: How, cause: unknown): Failure {
  const words = isTrial
    ? 'try again'
    : 'the order may have been taken: see how the roll stands before you give it again';
  return new Failure('unavailable', `The API server of Kubernetes does not answer in time: ${words}`, {
    cause,
  });
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
