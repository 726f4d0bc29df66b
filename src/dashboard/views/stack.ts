import type { AppCounts, RollSummary, VersionSummary } from '../../operator/operator.ts';
import { compareVersions } from '../../rootfs/contents/version.ts';
import { ask, path } from '../ask.ts';
import { html, type Markup } from '../html.ts';
import { bytes, count, time } from '../model/format.ts';
import { linkTo } from '../model/route.ts';
import { stackSummaries, type StackSummary } from '../model/stacks.ts';
import { ActionButton } from '../parts/action-button.ts';
import { CountedApps } from '../parts/counted-apps.ts';
import { loaded } from '../parts/loaded.ts';
import { OrderButton, RollPanel } from '../parts/roll-panel.ts';
import { RollsAway } from '../parts/rolls-away.ts';
import { Table } from '../parts/table.ts';
import { VersionsBar } from '../parts/versions-bar.ts';
import { useAnswer } from '../use-answer.ts';
import { useLive } from '../use-live.ts';
import { useRolls } from '../use-rolls.ts';

type Props = { stack: string };
type Tools = { isDriven: boolean; roll: string | undefined; reload: () => void };

/** One stack: its versions, its roll, and what is kept of earlier ones. */
export function Stack({ stack }: Props): Markup {
  const version = useLive(({ changes }) => changes.stack + changes.rootfs);
  const versions = useAnswer<VersionSummary[]>(path`/stacks/${stack}/rootfs`, { version });
  const counts = useAnswer<AppCounts>('/droplets/counts');
  const { answer: rolls, unreadable, isAway } = useRolls();
  const report = rolls.value?.find((one) => one.stack === stack);
  const reload = (): void => {
    versions.reload();
    rolls.reload();
  };
  return html`<h1>${stack}</h1>
    ${
      isAway &&
      html`<p class="soft">This facade has no access to Kubernetes: placements are shown, rolls are not.</p>`
    }
    <${RollsAway} refusal=${rolls.refusal} unreadable=${unreadable.filter((one) => one.stack === stack)} />
    ${report && html`<${RollPanel} report=${report} done=${reload} />`}
    <section aria-labelledby="versions">
      <h2 id="versions">Versions</h2>
      ${loaded(versions, (all) => {
        const [summary] = stackSummaries(all, counts.value?.apps);
        return summary === undefined
          ? nothingYet(stack)
          : shown(summary, { isDriven: report !== undefined, roll: report?.roll?.id, reload });
      })}
      <${CountedApps} counts=${counts} />
    </section>
    <${Papers} key=${report?.roll?.endedAt} stack=${stack} />`;
}

function shown(summary: StackSummary, tools: Tools): Markup {
  return html`${summary.parts.length > 0 && html`<${VersionsBar} ...${summary} />`}
  ${versionTable(summary, tools)}`;
}

const columns = {
  Version: '',
  'Apps placed': 'n',
  Size: 'n',
  Packages: 'n',
  Platform: '',
  'What can be done': 'unseen',
};

function versionTable({ stack, versions, promoted }: StackSummary, tools: Tools): Markup {
  return html`<${Table} label="Table of versions" columns=${columns}>
    ${versions
      .toSorted((a, b) => compareVersions(b.version, a.version))
      .map((one) => {
        const { version, placed, size, packages, os, architecture, retired } = one;
        return html`<tr key=${version}>
          <th scope="row">
            ${version} ${one.promoted && html`<span class="badge">promoted</span>`}
            ${retired && html`<span class="badge">retired</span>`}
          </th>
          <td class="n">${count(placed)}</td>
          <td class="n">${bytes(size)}</td>
          <td class="n">${count(packages)}</td>
          <td>${os}/${architecture}</td>
          <td>
            <div class="buttons">
              ${
                promoted !== undefined &&
                !one.promoted &&
                html`<a href=${linkTo({ view: 'diff', stack, from: promoted, to: version })}>Compare</a>`
              }
              ${!one.promoted && !retired && promoteButton(stack, version, promoted, tools.reload)}
              ${
                !one.promoted &&
                !retired &&
                tools.isDriven &&
                html`<${OrderButton}
                  stack=${stack}
                  roll=${tools.roll}
                  order="start"
                  version=${version}
                  done=${tools.reload}
                />`
              }
            </div>
          </td>
        </tr>`;
      })}
  <//>`;
}

function promoteButton(
  stack: string,
  version: string,
  promoted: string | undefined,
  done: () => void,
): Markup {
  const said =
    `Apps of ${stack} that nobody placed, and new ones, get ${version} ` +
    (promoted === undefined
      ? 'from now on'
      : `instead of ${promoted} as they start next; those that are placed stay`);
  return html`<${ActionButton}
    label="Promote"
    question=${`Promote ${version}?`}
    foresee=${() => Promise.resolve({ said })}
    act=${() => ask(path`/stacks/${stack}/promoted`, { method: 'PUT', body: { version } })}
    done=${done}
  />`;
}

function nothingYet(stack: string): Markup {
  return html`<p>There is no version of ${stack}. Import one:</p>
    <pre><code>dropstack rootfs import ${stack} 1.268.0 rootfs.tar.gz</code></pre>`;
}

const rollsShown = 10;

/** The last rolls of which something is kept. */
function Papers({ stack }: Props): Markup {
  const answer = useAnswer<RollSummary[]>(path`/stacks/${stack}/rolls`);
  return html`<section aria-labelledby="papers">
    <h2 id="papers">Papers of rolls</h2>
    ${loaded(answer, (all) => {
      const rolls = all.toSorted((a, b) => b.modified - a.modified).slice(0, rollsShown);
      if (rolls.length === 0)
        return html`<p class="soft">No roll has left any: each keeps its waves and a receipt here.</p>`;
      return html`<ul>
        ${rolls.map(
          ({ roll, papers, modified }) =>
            html`<li>
              <a href=${path`/api/v1/stacks/${stack}/rolls/${roll}/receipt.html`}>Receipt of ${roll}</a>
              <span class="soft"
                >${count(papers)} papers, the last of ${time(new Date(modified).toISOString())}</span
              >
            </li>`,
        )}
      </ul>`;
    })}
  </section>`;
}
