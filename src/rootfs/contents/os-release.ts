/** The assignments of an os-release file (os-release(5)): a subset of shell, quoted or not, nothing expanded. */
export function parseOsRelease(text: string): Record<string, string> {
  const pairs: [string, string][] = [];
  for (const line of text.split('\n')) {
    const [, key, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line.trim()) ?? [];
    if (key !== undefined && value !== undefined) pairs.push([key, unquote(value)]);
  }
  return Object.fromEntries(pairs);
}

function unquote(value: string): string {
  if (/^'.*'$/.test(value)) return value.slice(1, -1);
  const inner = /^".*"$/.test(value) ? value.slice(1, -1) : value;
  return inner.replaceAll(/\\(.)/g, '$1');
}
