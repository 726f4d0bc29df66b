import type { AppCounts, VersionSummary } from '../../operator/operator.ts';
import { html, type Markup } from '../html.ts';
import { bytes, count, counted } from '../model/format.ts';
import { linkTo } from '../model/route.ts';
import { stackSummaries, type StackSummary } from '../model/stacks.ts';
import { CountedApps } from '../parts/counted-apps.ts';
import { Happenings } from '../parts/happenings.ts';
import { LiveCharts } from '../parts/live-charts.ts';
import { loaded } from '../parts/loaded.ts';
import { RollPanel } from '../parts/roll-panel.ts';
import { RollsAway } from '../parts/rolls-away.ts';
import { VersionsBar } from '../parts/versions-bar.ts';
import { useAnswer, type Answer } from '../use-answer.ts';
import { useLive } from '../use-live.ts';
import { useRolls } from '../use-rolls.ts';

const happeningsShown = 8;

/** What a look must tell: stacks, what apps run, rolls under way, how the facade does. */
export function Overview(): Markup {
  const version = useLive(({ changes }) => changes.stack + changes.rootfs);
  const versions = useAnswer<VersionSummary[]>('/rootfs', { version });
  const counts = useAnswer<AppCounts>('/droplets/counts');
  return html`<h1>Overview</h1>
    <${Rolls} />
    <section aria-labelledby="stacks">
      <h2 id="stacks">Stacks</h2>
      ${loaded(versions, (all) => stacks(stackSummaries(all, counts.value?.apps), counts))}
    </section>
    <${LiveCharts} />
    <${Recent} />`;
}

function stacks(all: StackSummary[], counts: Answer<AppCounts>): Markup {
  if (all.length === 0) return nothingYet();
  return html`<div class="cards">${all.map(stackCard)}</div>
    <${CountedApps} counts=${counts} />`;
}

function stackCard(summary: StackSummary): Markup {
  const { stack, promoted, versions, apps } = summary;
  return html`<article>
    <h3><a href=${linkTo({ view: 'stack', stack })}>${stack}</a></h3>
    <p>
      ${
        promoted === undefined
          ? 'Nothing is promoted: no app of it can be pulled.'
          : html`Promoted <b>${promoted}</b>, ${size(summary, promoted)}`
      }
    </p>
    ${summary.parts.length > 0 && html`<${VersionsBar} ...${summary} />`}
    <p class="soft">
      ${counted(versions.length, 'version')}${apps === undefined ? '' : `, ${counted(apps, 'app')}`}
    </p>
  </article>`;
}

function size({ versions }: StackSummary, promoted: string): string {
  const found = versions.find(({ version }) => version === promoted);
  return found === undefined ? '' : `${bytes(found.size)}, ${count(found.packages)} packages`;
}

function nothingYet(): Markup {
  return html`<p>There is no rootfs yet. Import one, and promote it:</p>
    <pre><code>dropstack rootfs import cflinuxfs4 1.268.0 cflinuxfs4.tar.gz --promote</code></pre>`;
}

/** Those under way. What is over stands with its stack. */
function Rolls(): Markup {
  const { answer, unreadable, isAway } = useRolls();
  const { value = [], refusal } = answer;
  if (isAway) return null;
  const underWay = value.filter(({ roll, pending }) => pending || (roll && roll.endedAt === undefined));
  return html`<${RollsAway} refusal=${refusal} unreadable=${unreadable} />
    ${underWay.map((report) => html`<${RollPanel} key=${report.stack} report=${report} done=${answer.reload} />`)}`;
}

function Recent(): Markup {
  const happenings = useLive((live) => live.happenings).slice(0, happeningsShown);
  return html`<section aria-labelledby="recent">
    <h2 id="recent">Since you look</h2>
    ${
      happenings.length === 0
        ? html`<p class="soft">
            Nothing happened yet. What did before is in the
            <a href=${linkTo({ view: 'activity' })}>activity</a>.
          </p>`
        : html`<${Happenings} happenings=${happenings} />`
    }
  </section>`;
}
