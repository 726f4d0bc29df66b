/** A droplet of a million fifos must not make a record of a million lines. */
const maxLines = 100;

/** What the layer leaves out that somebody might look for. */
export class Warnings {
  readonly #lines: string[] = [];
  #more = 0;

  add(line: string): void {
    if (this.#lines.length < maxLines) this.#lines.push(line);
    else this.#more++;
  }

  get lines(): string[] {
    return this.#more === 0 ? [...this.#lines] : [...this.#lines, `and ${this.#more} more warnings`];
  }
}
