import { useEffect, useRef } from 'preact/hooks';
import { html, type Markup } from '../html.ts';
import { shortcuts } from '../shortcuts.ts';

/** The keys. */
export function Help({ close }: { close: () => void }): Markup {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return html`<dialog ref=${dialog} onClose=${close} aria-label="Keys">
    <h2>Keys</h2>
    <dl class="keys">
      ${shortcuts.map(
        ([keys, does]) =>
          html`<dt>${keys.split(' ').map((key) => html`<kbd>${key}</kbd> `)}</dt>
            <dd>${does}</dd>`,
      )}
    </dl>
    <div class="buttons">
      <button type="button" autofocus onClick=${() => dialog.current?.close()}>Close</button>
    </div>
  </dialog>`;
}
