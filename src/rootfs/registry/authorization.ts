import { z } from 'zod';
import { Failure } from '../../errors.ts';
import { parseChallenges, type Challenge } from './challenge.ts';
import { UnexpectedAnswer } from './failure.ts';
import type { Credentials } from './registry-auth.ts';
import { readBody } from './read-body.ts';
import { dismiss, type Wire } from './wire.ts';

/** Docker's token authentication: the name of the member depends on the server's age. */
const tokenAnswer = z.union([
  z.object({ token: z.string().min(1) }).transform(({ token }) => token),
  z.object({ access_token: z.string().min(1) }).transform((answer) => answer.access_token),
]);
const mostBytes = 1024 * 1024;

/** Who we are to one registry, in the way that it asks for; at first we do not say. */
export class Authorization {
  readonly #wire: Wire;
  readonly #credentials: Credentials | undefined;
  readonly #scope: string;
  #header: string | undefined;

  /** @param repository the only one that is asked for, whatever a challenge names, and that for pulling alone */
  constructor(wire: Wire, repository: string, credentials: Credentials | undefined) {
    this.#wire = wire;
    this.#credentials = credentials;
    this.#scope = `repository:${repository}:pull`;
  }

  /** The `Authorization` header to send. */
  get header(): string | undefined {
    return this.#header;
  }

  /**
   * Answers a 401 of the registry: a token for Bearer, which is fetched anew, or the credentials for Basic.
   * @returns whether there is something else to send than before
   */
  async meet(registry: URL, header: string | string[] | undefined): Promise<boolean> {
    const challenges = parseChallenges([header ?? []].flat().join(', '));
    const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
    const before = this.#header;
    if (bearer !== undefined) this.#header = `Bearer ${await this.#token(registry, bearer)}`;
    else if (challenges.some(({ scheme }) => scheme === 'basic')) this.#header = this.#basic();
    return this.#header !== undefined && this.#header !== before;
  }

  async #token(registry: URL, { parameters }: Challenge): Promise<string> {
    const url = URL.parse(parameters.get('realm') ?? '');
    if (url === null || !/^https?:$/.test(url.protocol)) {
      throw new Failure('unavailable', `${registry.host} names no server that gives tokens`);
    }
    if (registry.protocol === 'https:' && url.protocol !== 'https:') {
      throw new Failure('denied', `${registry.host} wants our credentials to be sent over plain HTTP`);
    }
    const service = parameters.get('service');
    if (service !== undefined) url.searchParams.set('service', service);
    url.searchParams.set('scope', this.#scope);
    const answer = await this.#wire.get(url, {}, this.#basic());
    if (answer.statusCode !== 200) {
      dismiss(answer);
      throw new UnexpectedAnswer(url.host, answer.statusCode);
    }
    const parsed = tokenAnswer.safeParse(jsonOf(await readBody(answer, mostBytes)));
    if (parsed.success && !/[\r\n]/.test(parsed.data)) return parsed.data;
    throw new Failure('unavailable', `${url.host} answers no token`);
  }

  #basic(): string | undefined {
    if (this.#credentials === undefined) return undefined;
    const { user, password } = this.#credentials;
    return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  }
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}
