/** What the facade answered instead of what was wanted. `status` is 0 where it did not answer. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }

  /** Whether the same request may go well later. */
  get mayPass(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

type Sent = { method: 'POST' | 'PUT'; body: object };

/**
 * Asks the admin API. The answer is taken to be of the type: page and API are of one release.
 * @param place below `/api/v1`
 * @throws Refusal
 */
export async function ask<T>(place: string, sent?: Sent, signal?: AbortSignal): Promise<T> {
  const options = sent === undefined ? {} : { method: sent.method, body: JSON.stringify(sent.body) };
  const response = await fetch(`/api/v1${place}`, {
    ...options,
    ...(signal === undefined ? {} : { signal }),
  }).catch((error: unknown) => {
    if (signal?.aborted === true) throw error;
    throw new Refusal('The facade does not answer', 0);
  });
  if (!response.ok) throw await refusalOf(response);
  const answer: T = await response.json();
  return answer;
}

/** A path of names that come from people. */
export function path(texts: TemplateStringsArray, ...names: readonly string[]): string {
  return texts.map((text, index) => text + encodeURIComponent(names[index] ?? '')).join('');
}

async function refusalOf(response: Response): Promise<Refusal> {
  const fallback = `The facade answers ${response.status} ${response.statusText}`.trim();
  const body: unknown = await response.json().catch(() => undefined);
  return new Refusal(messageIn(body) ?? fallback, response.status);
}

/** Of the envelope that every error comes in. */
function messageIn(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('errors' in body) || !Array.isArray(body.errors))
    return undefined;
  const first: unknown = body.errors[0];
  if (typeof first !== 'object' || first === null || !('message' in first)) return undefined;
  return typeof first.message === 'string' ? first.message : undefined;
}
