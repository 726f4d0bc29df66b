/**
 * Orders two versions of Debian packages as dpkg does (Debian Policy 5.6.12): by epoch, then upstream version, then
 * revision. Negative: `a` is the older one; 0: they are the same, as `1.0`, `0:1.0` and `1.0-0` are. Any string has its place.
 */
export function compareVersions(a: string, b: string): number {
  const left = split(a);
  const right = split(b);
  return (
    compareParts(left.epoch, right.epoch) ||
    compareParts(left.upstream, right.upstream) ||
    compareParts(left.revision, right.revision)
  );
}

function split(version: string): { epoch: string; upstream: string; revision: string } {
  const colon = version.indexOf(':');
  const rest = version.slice(colon + 1);
  const hyphen = rest.lastIndexOf('-');
  return {
    epoch: version.slice(0, Math.max(colon, 0)),
    upstream: hyphen < 0 ? rest : rest.slice(0, hyphen),
    revision: hyphen < 0 ? '' : rest.slice(hyphen + 1),
  };
}

/** By turns a run of non-digits, character by character, and a run of digits, as a number of any size. */
function compareParts(a: string, b: string): number {
  const left = runs(a);
  const right = runs(b);
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const [x, y] = [left[index] ?? '', right[index] ?? ''];
    const order = index % 2 === 0 ? compareText(x, y) : compareNumbers(x, y);
    if (order !== 0) return order;
  }
  return 0;
}

/** Non-digits at even places, digits at odd ones; the first run may be empty. */
function runs(part: string): string[] {
  return part.split(/(\d+)/);
}

function compareText(a: string, b: string): number {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const order = weight(a.charAt(index)) - weight(b.charAt(index));
    if (order !== 0) return order;
  }
  return 0;
}

/** A tilde comes before the end of a run, letters before all other characters. */
function weight(character: string): number {
  if (character === '~') return -1;
  if (character === '') return 0;
  const code = character.charCodeAt(0);
  return /[A-Za-z]/.test(character) ? code : code + 0x10000;
}

function compareNumbers(a: string, b: string): number {
  const [x, y] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  if (x.length !== y.length) return x.length - y.length;
  return x === y ? 0 : x < y ? -1 : 1;
}
