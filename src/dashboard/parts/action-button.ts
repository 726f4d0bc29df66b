import { useEffect, useRef, useState } from 'preact/hooks';
import { html, type Markup } from '../html.ts';

type Props = {
  label: string;
  /** of the dialog: what is asked */
  question: string;
  /** a button that goes back or ends something */
  isGrave?: boolean;
  /** Says what will happen. */
  foresee: () => Promise<string>;
  act: () => Promise<unknown>;
  done: () => void;
};

type Stage =
  | { at: 'rest' }
  | { at: 'asking' }
  | { at: 'ready'; said: string }
  | { at: 'acting'; said: string }
  | { at: 'refused'; why: string };

/** A button that changes something: it first says what will happen, and asks. */
export function ActionButton({ label, question, isGrave = false, foresee, act, done }: Props): Markup {
  const [stage, setStage] = useState<Stage>({ at: 'rest' });
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = stage.at !== 'rest';
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
  }, [isOpen]);
  const refused = (error: unknown): void =>
    setStage((now) => (now.at === 'rest' ? now : { at: 'refused', why: messageOf(error) }));
  const begin = (): void => {
    setStage({ at: 'asking' });
    foresee().then((said) => setStage((now) => (now.at === 'asking' ? { at: 'ready', said } : now)), refused);
  };
  const settle = async (): Promise<void> => {
    try {
      await act();
    } catch (error) {
      refused(error);
      return;
    }
    dialog.current?.close();
    done();
  };
  const go = (said: string): void => {
    setStage({ at: 'acting', said });
    void settle();
  };
  const rest = (): void => setStage({ at: 'rest' });
  return html`<button type="button" class=${isGrave ? 'grave' : ''} onClick=${begin}>${label}</button> ${
      isOpen &&
      html`<dialog ref=${dialog} onClose=${rest} aria-label=${question}>
        <h2>${question}</h2>
        <div role="status">${wordsOf(stage)}</div>
        <div class="buttons">
          ${
            (stage.at === 'ready' || stage.at === 'acting') &&
            html`<button
              type="button"
              class=${isGrave ? 'grave' : 'main'}
              disabled=${stage.at === 'acting'}
              onClick=${() => go(stage.said)}
            >
              ${label}
            </button>`
          }
          <button type="button" autofocus onClick=${() => dialog.current?.close()}>
            ${stage.at === 'refused' ? 'Close' : 'Cancel'}
          </button>
        </div>
      </dialog>`
    }`;
}

function wordsOf(stage: Stage): Markup {
  if (stage.at === 'refused') return html`<p class="bad">${stage.why}.</p>`;
  return html`<p>${'said' in stage ? `${stage.said}.` : 'Asking what this would do …'}</p>`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
