/** One way in which a server wants to be told who asks (RFC 9110, section 11.3). Scheme and names are in lower case. */
export type Challenge = { scheme: string; parameters: ReadonlyMap<string, string> };

const separators = /[\s,]*/y;
const token = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const assignment = /[ \t]*=[ \t]*/y;
const quoted = /"((?:[^"\\]|\\[^])*)"/y;
const token68 = /[ \t]+[A-Za-z0-9._~+/-]+=*(?=[ \t]*(?:,|$))/y;

/**
 * The challenges of a `WWW-Authenticate` header, in its order. From what breaks the grammar on, nothing is read. Credentials
 * without a name (`token68`) are left out: no scheme that is used here has them.
 */
export function parseChallenges(header: string): Challenge[] {
  const found: { scheme: string; parameters: Map<string, string> }[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(header);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  for (;;) {
    take(separators);
    const name = take(token)?.[0].toLowerCase();
    if (name === undefined) return found;
    if (take(assignment) === null) {
      found.push({ scheme: name, parameters: new Map() });
      take(token68);
      continue;
    }
    const value = take(quoted)?.[1]?.replaceAll(/\\([^])/g, '$1') ?? take(token)?.[0];
    if (value === undefined) return found;
    const parameters = found.at(-1)?.parameters;
    if (parameters === undefined) return found;
    if (!parameters.has(name)) parameters.set(name, value);
  }
}
