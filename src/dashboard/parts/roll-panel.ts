import { useState } from 'preact/hooks';
import type { Told } from '../../rollout/drive/roll-driver.ts';
import type { StatusReport } from '../../rollout/drive/status-report.ts';
import { ask, path } from '../ask.ts';
import { html, type Markup } from '../html.ts';
import { ago, count, counted, lasting, time } from '../model/format.ts';
import { pageOf } from '../model/pages.ts';
import { linkTo } from '../model/route.ts';
import { ordersFor, stageOf, waveParts, type OrderName } from '../model/roll.ts';
import { ActionButton } from './action-button.ts';
import { Bar } from './bar.ts';
import { Pager } from './pager.ts';

const names: Record<OrderName, { label: string; question: string; isGrave: boolean }> = {
  pause: { label: 'Pause', question: 'Pause the roll?', isGrave: false },
  resume: { label: 'Resume', question: 'Go on with the roll?', isGrave: false },
  approve: { label: 'Approve', question: 'Approve the wave?', isGrave: false },
  abort: { label: 'Abort', question: 'End the roll here?', isGrave: true },
  undo: { label: 'Undo', question: 'Take the roll back?', isGrave: true },
  start: { label: 'Roll to it', question: 'Start a roll?', isGrave: false },
};

const failuresOfPage = 10;

type Roll = NonNullable<StatusReport['roll']>;

/** A roll with its waves and failures, and what can be told to it. */
export function RollPanel({ report, done }: { report: StatusReport; done: () => void }): Markup {
  const { stack, phase, message, pending, stalled, roll } = report;
  return html`<section class="roll" aria-label=${`Roll of ${stack}`}>
    <h2>${titleOf(report)} <span class="badge ${phase}">${phase}</span></h2>
    <p>${message}</p>
    ${pending && html`<p class="soft">The patcher is yet to act on what the Stack says.</p>`}
    ${stalled !== undefined && html`<p class="bad" role="alert">Stalled: ${stalled}</p>`}
    ${
      roll !== undefined &&
      html`<p class="soft">${timesOf(report, roll)}</p>
        <${Waves} roll=${roll} planned=${report.planned} />
        <div class="buttons">
          ${ordersFor(report).map((order) => html`<${OrderButton} key=${order} stack=${stack} roll=${roll.id} order=${order} done=${done} />`)}
        </div>
        <${Failures} roll=${roll} />`
    }
  </section>`;
}

type Order = {
  stack: string;
  /** that is shown, if any */
  roll: string | undefined;
  order: OrderName;
  version?: string;
  done: () => void;
};

/** Tells a roll something; what that will do, the facade says before. What is confirmed is of that roll and wave, or not done. */
export function OrderButton({ stack, roll, order, version, done }: Order): Markup {
  const send = (more: {
    roll?: string | undefined;
    wave?: string | undefined;
    dryRun?: true;
  }): Promise<Told> =>
    ask(path`/stacks/${stack}/roll/orders`, { method: 'POST', body: { order, version, ...more } });
  return html`<${ActionButton}
    ...${names[order]}
    foresee=${() => send({ roll, dryRun: true })}
    act=${({ roll: found, wave }: Told) => send({ roll: found, wave })}
    done=${done}
  />`;
}

function titleOf({ stack, roll }: StatusReport): string {
  if (roll === undefined) return `No roll of ${stack}`;
  return `${roll.kind === 'undo' ? 'Back' : 'Roll'} ${roll.from === undefined ? '' : `from ${roll.from} `}to ${roll.to}`;
}

function timesOf({ secondsLeft }: StatusReport, { id, startedAt, endedAt }: Roll): string {
  if (endedAt !== undefined)
    return `Roll ${id}, ended ${time(endedAt)}, took ${lasting((Date.parse(endedAt) - Date.parse(startedAt)) / 1000)}`;
  const left = secondsLeft === undefined ? '' : `, about ${lasting(secondsLeft)} left at this pace`;
  return `Roll ${id}, began ${ago(startedAt, Date.now())}${left}`;
}

function Waves({ roll, planned }: { roll: Roll; planned: number[] | undefined }): Markup {
  return html`<div class="scroll" role="region" tabindex="0" aria-label=${`Waves of ${roll.id}`}>
    <table>
      <thead>
        <tr>
          <th>Wave</th>
          <th class="wide">Progress</th>
          <th class="n">Apps</th>
          <th class="n">Done</th>
          <th class="n">Failed</th>
          <th class="n">Skipped</th>
          <th>Stage</th>
        </tr>
      </thead>
      <tbody>
        ${roll.waves.map((wave, index) => {
          const apps = wave.startedAt === undefined ? planned?.[index] : wave.counts.apps;
          const parts = waveParts(wave).map((part) => ({
            ...part,
            label: `${count(part.apps)} ${part.kind}`,
          }));
          return html`<tr>
            <th scope="row">${wave.name}</th>
            <td><${Bar} parts=${parts} label=${parts.map(({ label }) => label).join(', ')} /></td>
            <td class="n">${apps === undefined ? '?' : count(apps)}</td>
            <td class="n">${count(wave.counts.done)}</td>
            <td class="n">${count(wave.counts.failed)}</td>
            <td class="n">${count(wave.counts.skipped)}</td>
            <td>${stageOf(wave)}</td>
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}

function Failures({ roll }: { roll: Roll }): Markup {
  const [at, turn] = useState(0);
  if (roll.failures.length === 0) return null;
  const { shown, page, pages } = pageOf(roll.failures.toReversed(), at, failuresOfPage);
  return html`<h3>${counted(roll.failures.length, 'failure')}, newest first</h3>
    <div class="scroll" role="region" tabindex="0" aria-label=${`Failures of ${roll.id}`}>
      <table>
        <thead>
          <tr>
            <th>App</th>
            <th>Wave</th>
            <th>When</th>
            <th class="wide">Why</th>
          </tr>
        </thead>
        <tbody>
          ${shown.map(
            ({ guid, wave, at: when, reason }) =>
              html`<tr>
                <td><a href=${linkTo({ view: 'app', guid })}>${guid}</a></td>
                <td>${roll.waves[wave]?.name}</td>
                <td>${time(when)}</td>
                <td class="text">${reason}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <${Pager} what="failures" page=${page} pages=${pages} turn=${turn} />`;
}
