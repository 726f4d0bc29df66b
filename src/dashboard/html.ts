import htm from 'htm';
import { h, type ComponentChildren } from 'preact';

/** What a component gives. */
export type Markup = ComponentChildren;

const build = htm.bind(h);
const flattened = new WeakMap<TemplateStringsArray, TemplateStringsArray>();

/** Markup as a template literal, whose values are never read as markup. A line break between words is a space, as in HTML. */
export function html(texts: TemplateStringsArray, ...values: unknown[]): Markup {
  let flat = flattened.get(texts);
  if (flat === undefined) {
    flat = Object.assign(
      texts.map((text) => text.replaceAll(/\s*\n\s*/g, ' ')),
      { raw: texts.raw },
    );
    flattened.set(texts, flat);
  }
  return build(flat, ...values);
}
