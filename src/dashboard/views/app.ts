import type { DropletSummary } from '../../operator/operator.ts';
import { html, type Markup } from '../html.ts';
import { bytes } from '../model/format.ts';
import { linkTo } from '../model/route.ts';
import { loaded } from '../parts/loaded.ts';
import { Table } from '../parts/table.ts';
import { useAnswer } from '../use-answer.ts';
import { useChangesOf } from '../use-changes-of.ts';

type Props = { guid: string };

/** The droplets of one guid. */
export function App({ guid }: Props): Markup {
  const version = useChangesOf(guid);
  const answer = useAnswer<DropletSummary[]>(`/droplets?guid=${encodeURIComponent(guid)}`, { version });
  return html`<h1>${guid}</h1>
    ${loaded(answer, (droplets) => (droplets.length === 0 ? noneOf(guid) : dropletTable(droplets)))}`;
}

function dropletTable(droplets: readonly DropletSummary[]): Markup {
  const columns = { Droplet: '', State: '', Stack: '', Size: 'n' };
  return html`<${Table} label="Droplets" columns=${columns}>
    ${droplets.map(
      ({ guid, hash, state, stack, size }) =>
        html`<tr key=${hash}>
          <th scope="row"><a class="code" href=${linkTo({ view: 'droplet', guid, hash })}>${hash}</a></th>
          <td><span class="badge ${state}">${state}</span></td>
          <td><a href=${linkTo({ view: 'stack', stack })}>${stack}</a></td>
          <td class="n">${size === undefined ? '–' : bytes(size)}</td>
        </tr>`,
    )}
  <//>`;
}

function noneOf(guid: string): Markup {
  return html`<p>
    No source has a droplet of ${guid}. It is looked for by its whole guid, as
    <code>cf app NAME --guid</code> tells it.
  </p>`;
}
