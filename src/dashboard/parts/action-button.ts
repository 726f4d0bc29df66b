import { useEffect, useRef, useState } from 'preact/hooks';
import { html, type Markup } from '../html.ts';

/** What will happen, in a sentence. */
type Foreseen = { said: string };

type Props<T extends Foreseen> = {
  label: string;
  /** of the dialog: what is asked */
  question: string;
  /** a button that goes back or ends something */
  isGrave?: boolean;
  foresee: () => Promise<T>;
  /** Does what was foreseen, and nothing else. */
  act: (foreseen: T) => Promise<unknown>;
  done: () => void;
};

type Stage<T> =
  | { at: 'rest' }
  | { at: 'asking' }
  | { at: 'ready' | 'acting'; foreseen: T }
  | { at: 'refused'; why: string };

/** A button that changes something: it first says what will happen, and asks. */
export function ActionButton<T extends Foreseen>(props: Props<T>): Markup {
  const { label, question, isGrave = false, foresee, act, done } = props;
  const [stage, setStage] = useState<Stage<T>>({ at: 'rest' });
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = stage.at !== 'rest';
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
  }, [isOpen]);
  const refused = (error: unknown): void =>
    setStage((now) => (now.at === 'rest' ? now : { at: 'refused', why: messageOf(error) }));
  const begin = (): void => {
    setStage({ at: 'asking' });
    foresee().then(
      (foreseen) => setStage((now) => (now.at === 'asking' ? { at: 'ready', foreseen } : now)),
      refused,
    );
  };
  const settle = async (foreseen: T): Promise<void> => {
    try {
      await act(foreseen);
    } catch (error) {
      refused(error);
      return;
    }
    dialog.current?.close();
    done();
  };
  const go = (foreseen: T): void => {
    setStage({ at: 'acting', foreseen });
    void settle(foreseen);
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
              onClick=${() => go(stage.foreseen)}
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

function wordsOf(stage: Stage<Foreseen>): Markup {
  if (stage.at === 'refused') return html`<p class="bad">${stage.why}.</p>`;
  return html`<p>${'foreseen' in stage ? `${stage.foreseen.said}.` : 'Asking what this would do …'}</p>`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
