import type { State } from '../../api/events.ts';
import { html, type Markup } from '../html.ts';
import { figuresOf } from '../model/figures.ts';
import { bytes, count, counted, milliseconds, percent } from '../model/format.ts';

/** The figures of the last seconds, in numbers. They keep their places while nothing was heard yet. */
export function FigureTiles({ state }: { state: State | undefined }): Markup {
  const figures = state && figuresOf(state);
  const isFailing = (figures?.stores ?? []).some(({ failures }) => failures > 0);
  return html`<dl class="tiles">
    ${tile('Warm manifests, p99', milliseconds(figures?.warm.p99), figures && counted(figures.warm.count, 'answer'))}
    ${tile('Cold manifests, p99', milliseconds(figures?.cold.p99), figures && counted(figures.cold.count, 'answer'))}
    ${tile('Cache hits', percent(figures?.hitShare), 'of reads of layers')}
    ${tile(
      'Conversions',
      figures === undefined ? '–' : `${count(figures.running)} running`,
      figures &&
        `${count(figures.waiting)} waiting, ${count(figures.converted)} ended, ${count(figures.refused)} refused`,
    )}
    ${tile(
      'Requests',
      figures === undefined ? '–' : `${count(figures.requests)}/s`,
      figures && `${bytes(figures.sent)}/s sent, ${count(figures.failed)} failed or cut`,
      (figures?.failed ?? 0) > 0,
    )}
    ${tile(
      'Stores',
      figures === undefined ? '–' : isFailing ? 'Failing' : 'Well',
      figures?.stores
        .map(({ name, requests, failures }) => `${name}: ${count(failures)} of ${count(requests)} failed`)
        .join(', '),
      isFailing,
    )}
  </dl>`;
}

function tile(name: string, value: string, more: string | undefined, isBad = false): Markup {
  return html`<div class=${isBad ? 'isbad' : ''}>
    <dt>${name}</dt>
    <dd>${value}<small>${more ?? ' '}</small></dd>
  </div>`;
}
