import { useState } from 'preact/hooks';
import type { RefusalRecord } from '../../droplet/record.ts';
import { html, type Markup } from '../html.ts';
import { counted, count, short, time } from '../model/format.ts';
import { placeOf } from '../model/pages.ts';
import { linkTo } from '../model/route.ts';
import { loaded } from '../parts/loaded.ts';
import { Pager } from '../parts/pager.ts';
import { Table } from '../parts/table.ts';
import { useAnswer } from '../use-answer.ts';
import { useLive } from '../use-live.ts';

const refusalsOfPage = 25;

/** How many droplets break each rule. */
type Rules = Readonly<Record<string, number>>;

/** The droplets that cannot be served, by rule, page by page. */
export function Refused(): Markup {
  const version = useLive(({ changes }) => changes.refusal);
  const answer = useAnswer<Rules>('/refused/rules', { version });
  return html`<h1>Refused droplets</h1>
    ${loaded(answer, (rules) =>
      Object.keys(rules).length === 0
        ? html`<p class="good">None. Every droplet that was asked for could be served.</p>`
        : html`<${Refusals} rules=${rules} version=${version} />`,
    )}`;
}

function Refusals({ rules, version }: { rules: Rules; version: number }): Markup {
  const [rule, setRule] = useState('');
  const [at, turn] = useState(0);
  const all = Object.values(rules).reduce((sum, own) => sum + own, 0);
  const { page, pages } = placeOf(rule === '' ? all : (rules[rule] ?? 0), at, refusalsOfPage);
  const place = new URLSearchParams({ skip: String(page * refusalsOfPage), limit: String(refusalsOfPage) });
  if (rule !== '') place.set('rule', rule);
  const answer = useAnswer<RefusalRecord[]>(`/refused?${place}`, { version });
  const choose = ({ currentTarget }: Event): void => {
    if (!(currentTarget instanceof HTMLSelectElement)) return;
    setRule(currentTarget.value);
    turn(0);
  };
  return html`<p class="buttons">
      ${counted(all, 'droplet')}.
      <label
        >Rule
        <select value=${rule} onChange=${choose}>
          <option value="">all</option>
          ${Object.entries(rules)
            .toSorted(([, a], [, b]) => b - a)
            .map(([name, own]) => html`<option value=${name}>${name}: ${count(own)}</option>`)}
        </select></label
      >
    </p>
    ${loaded(answer, refusalTable)}
    <${Pager} what="refused droplets" page=${page} pages=${pages} turn=${turn} />`;
}

function refusalTable(refusals: readonly RefusalRecord[]): Markup {
  const columns = { App: '', Droplet: '', Rule: '', Entry: '', Why: 'wide', Seen: '' };
  return html`<${Table} label="Refused droplets" columns=${columns}>
    ${refusals.map(
      ({ guid, hash, rule, entry, detail, at }) =>
        html`<tr key=${`${guid}/${hash}`}>
          <th scope="row"><a href=${linkTo({ view: 'app', guid })}>${guid}</a></th>
          <td><a class="code" href=${linkTo({ view: 'droplet', guid, hash })}>${short(hash)}</a></td>
          <td><span class="badge refused">${rule}</span></td>
          <td class="text code">${entry}</td>
          <td class="text">${detail}</td>
          <td>${time(at)}</td>
        </tr>`,
    )}
  <//>`;
}
