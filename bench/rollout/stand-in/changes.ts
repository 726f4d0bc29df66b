import type { ServerResponse } from 'node:http';

/** Lines that are kept for watches that begin later. */
const kept = 20_000;

/** What happens to the objects of one collection, in the order of its versions. */
export class Changes {
  readonly #watches = new Set<ServerResponse>();
  #lines: { version: number; line: string }[] = [];

  /** @param object its JSON, which names this version */
  tell(type: 'ADDED' | 'MODIFIED' | 'DELETED', version: number, object: string): void {
    const line = `{"type":"${type}","object":${object}}\n`;
    this.#lines.push({ version, line });
    if (this.#lines.length > 2 * kept) this.#lines = this.#lines.slice(-kept);
    for (const watch of this.#watches) watch.write(line);
  }

  bookmark(kind: string, version: number): void {
    const object = { kind, metadata: { resourceVersion: String(version) } };
    for (const watch of this.#watches) watch.write(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`);
  }

  /** Sends what has happened after a version, and goes on for as long as the client stays. */
  watch(response: ServerResponse, after: number): void {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.flushHeaders();
    for (const { version, line } of this.#lines) if (version > after) response.write(line);
    this.#watches.add(response);
    response.once('close', () => this.#watches.delete(response));
  }
}
