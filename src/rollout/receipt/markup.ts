/** HTML, as opposed to text. */
export type Markup = { readonly html: string };

type Part = Markup | string | number | undefined | readonly Part[];

/** HTML of a template in which everything that is not HTML itself is text, wherever it comes from. */
export function markup(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { html: texts.map((text, index) => text + render(parts[index])).join('') };
}

function render(part: Part): string {
  if (part === undefined) return '';
  if (typeof part === 'string') return escape(part);
  if (typeof part === 'number') return String(part);
  return 'html' in part ? part.html : part.map(render).join('');
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Characters that no HTML may hold, and halves of characters, become the one for what cannot be read. */
function escape(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\P{Cc}\t\n\r]/gu, '\uFFFD')
    .replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}
