/**
 * A request without a whole answer. `code` is the network's, `EOF` where the server closed in order, or `ETIMEDOUT`
 * where nothing came for too long.
 */
export class NetworkError extends Error {
  readonly code: string;

  constructor(code: string, what: string) {
    super(`${what}: ${code}`);
    this.name = 'NetworkError';
    this.code = code;
  }

  /** containerd repeats a request that failed so, and no other. */
  get isTransient(): boolean {
    return this.code === 'EOF' || this.code === 'ETIMEDOUT';
  }
}
