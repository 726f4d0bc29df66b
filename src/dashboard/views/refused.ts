import { useState } from 'preact/hooks';
import type { RefusalRecord } from '../../droplet/record.ts';
import { html, type Markup } from '../html.ts';
import { counted, short, time } from '../model/format.ts';
import { pageOf } from '../model/pages.ts';
import { linkTo } from '../model/route.ts';
import { loaded } from '../parts/loaded.ts';
import { Pager } from '../parts/pager.ts';
import { useAnswer } from '../use-answer.ts';
import { useLive } from '../use-live.ts';

const refusalsOfPage = 25;

/** The droplets that cannot be served, by rule. */
export function Refused(): Markup {
  const version = useLive(({ changes }) => changes.droplet);
  const answer = useAnswer<RefusalRecord[]>('/refused', { version });
  return html`<h1>Refused droplets</h1>
    ${loaded(answer, (refusals) => html`<${RefusalTable} refusals=${refusals} />`)}`;
}

function RefusalTable({ refusals }: { refusals: readonly RefusalRecord[] }): Markup {
  const [rule, setRule] = useState('');
  const [at, turn] = useState(0);
  if (refusals.length === 0)
    return html`<p class="good">None. Every droplet that was asked for could be served.</p>`;
  const rules = [...Map.groupBy(refusals, (one) => one.rule)].toSorted(([, a], [, b]) => b.length - a.length);
  const fitting = refusals
    .filter((one) => rule === '' || one.rule === rule)
    .toSorted((a, b) => (a.at < b.at ? 1 : -1));
  const { shown, page, pages } = pageOf(fitting, at, refusalsOfPage);
  const choose = ({ currentTarget }: Event): void => {
    if (currentTarget instanceof HTMLSelectElement) setRule(currentTarget.value);
  };
  return html`<p class="buttons">
      ${counted(refusals.length, 'droplet')}.
      <label
        >Rule
        <select value=${rule} onChange=${choose}>
          <option value="">all</option>
          ${rules.map(([name, all]) => html`<option value=${name}>${name}: ${all.length}</option>`)}
        </select></label
      >
    </p>
    <div class="scroll" role="region" tabindex="0" aria-label="Refused droplets">
      <table>
        <thead>
          <tr>
            <th>App</th>
            <th>Droplet</th>
            <th>Rule</th>
            <th>Entry</th>
            <th class="wide">Why</th>
            <th>Seen</th>
          </tr>
        </thead>
        <tbody>
          ${shown.map(
            ({ guid, hash, rule: broken, entry, detail, at: seen }) =>
              html`<tr key=${`${guid}/${hash}`}>
                <th scope="row"><a href=${linkTo({ view: 'app', guid })}>${guid}</a></th>
                <td><a class="code" href=${linkTo({ view: 'droplet', guid, hash })}>${short(hash)}</a></td>
                <td><span class="badge refused">${broken}</span></td>
                <td class="text code">${entry}</td>
                <td class="text">${detail}</td>
                <td>${time(seen)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <${Pager} what="refused droplets" page=${page} pages=${pages} turn=${turn} />`;
}
