/** Enough for what neighbours in a list have in common; all strings of a fleet would take what this saves. */
const most = 10_000;

/**
 * Lets values share the strings that they have in common: JSON gives each of them a copy of its own of namespaces, nodes
 * and droplets, which is a quarter of what is kept of a fleet.
 */
export class SharedStrings {
  readonly #most: number;
  #known = new Map<string, string>();

  constructor(bound = most) {
    this.#most = bound;
  }

  /** Replaces the strings in arrays and plain objects by equal ones that were seen lately. @returns the value itself */
  share<T>(value: T): T {
    if (typeof value === 'object' && value !== null) this.#walk(value);
    return value;
  }

  #walk(value: object): void {
    for (const [key, part] of Object.entries(value) as [string, unknown][]) {
      if (typeof part === 'string') Reflect.set(value, key, this.#pick(part));
      else if (typeof part === 'object' && part !== null) this.#walk(part);
    }
  }

  #pick(text: string): string {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    if (this.#known.size >= this.#most) this.#known = new Map();
    this.#known.set(text, text);
    return text;
  }
}
