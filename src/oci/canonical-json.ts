/** What JSON can hold. `undefined` members are left out, as `JSON.stringify` does. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json | undefined };

/**
 * JSON whose bytes depend on the value alone: object keys in code-unit order, no white space, UTF-8.
 * Digests of manifests and configs rest on it, so its output may never change.
 */
export function canonicalJson(value: Json): Buffer {
  return Buffer.from(JSON.stringify(value, sortKeys));
}

function sortKeys(_key: string, value: Json): Json {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  const sorted = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted);
}
