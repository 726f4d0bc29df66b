/** The header `Digest: sha256=<hex>`, as bits-service had it: what a body must hash to. */
export const digestHeader = /^sha-?256=([0-9a-f]{64})$/i;

/** The SHA-256 that the header announces, 64 hex digits in lower case; undefined where it is none. */
export function announcedSha256(header: string): string | undefined {
  return digestHeader.exec(header)?.[1]?.toLowerCase();
}
