/** The anchors that GitHub makes of a page's headings, and those that its HTML names. */
export function anchorsOf(markdown: string): Set<string> {
  const text = withoutCode(markdown);
  const times = new Map<string, number>();
  const anchors = new Set<string>();
  for (const [, heading = ''] of text.matchAll(/^#{1,6} +(.+?)(?: +#+)? *$/gm)) {
    const slug = slugOf(heading);
    const before = times.get(slug) ?? 0;
    times.set(slug, before + 1);
    anchors.add(before === 0 ? slug : `${slug}-${before}`);
  }
  for (const [, name = ''] of text.matchAll(/<a (?:id|name)="([^"]+)"/g)) anchors.add(name);
  return anchors;
}

/** A heading in lower case, without its markup and punctuation, each space a hyphen. */
export function slugOf(heading: string): string {
  return heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[`*]/g, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
    .replaceAll(' ', '-');
}

/** A page without its blocks of code, fenced or indented. Its lines stay where they are. */
export function withoutCode(markdown: string): string {
  let isFenced = false;
  const lines = markdown.split('\n').map((line) => {
    const isFence = /^ *```/.test(line);
    if (isFence) isFenced = !isFenced;
    return isFence || isFenced || line.startsWith('    ') ? '' : line;
  });
  return lines.join('\n');
}
