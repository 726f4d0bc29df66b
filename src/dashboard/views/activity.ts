import { useState } from 'preact/hooks';
import type { AuditEntry } from '../../operator/audit/entry.ts';
import type { AuditPage } from '../../operator/audit/read-audit.ts';
import { html, type Markup } from '../html.ts';
import { time } from '../model/format.ts';
import { told } from '../model/told.ts';
import { Happenings } from '../parts/happenings.ts';
import { loaded } from '../parts/loaded.ts';
import { Table } from '../parts/table.ts';
import { useAnswer } from '../use-answer.ts';
import { useLive } from '../use-live.ts';

const entriesOfPage = 25;
const happeningsShown = 50;

/** What happens, and what was done before, page by page. */
export function Activity(): Markup {
  const happenings = useLive((live) => live.happenings).slice(0, happeningsShown);
  return html`<h1>Activity</h1>
    <section aria-labelledby="events">
      <h2 id="events">Since you look</h2>
      ${
        happenings.length === 0
          ? html`<p class="soft">Nothing happened yet. Changes and conversions come here by themselves.</p>`
          : html`<${Happenings} happenings=${happenings} />`
      }
    </section>
    <${Audit} />`;
}

/** Where each page begins: the first at the newest entry. */
function Audit(): Markup {
  const [starts, setStarts] = useState<readonly string[]>(['']);
  const start = starts.at(-1) ?? '';
  const changes = useLive((live) => live.changes);
  const version = start === '' ? Object.values(changes).reduce((sum, times) => sum + times, 0) : 0;
  const before = start === '' ? '' : `&before=${encodeURIComponent(start)}`;
  const answer = useAnswer<AuditPage>(`/audit?limit=${entriesOfPage}${before}`, { version });
  return html`<section aria-labelledby="audit">
    <h2 id="audit">Audit log</h2>
    ${loaded(
      answer,
      ({ entries, unreadable = [] }) =>
        html`${unreadable.length > 0 && unreadableText(unreadable)}
        ${
          entries.length === 0
            ? unreadable.length === 0 &&
              html`<p>
                Nothing was changed. Imports, promotions, placements, puts and deletions are written down
                here.
              </p>`
            : entryTable(entries)
        }`,
    )}
    <nav class="pager" aria-label="Pages of the audit log">
      <button type="button" disabled=${starts.length === 1} onClick=${() => setStarts(starts.slice(0, -1))}>
        Newer
      </button>
      <span>Page ${starts.length}</span>
      <button
        type="button"
        disabled=${answer.value?.next === undefined}
        onClick=${() => answer.value?.next !== undefined && setStarts([...starts, answer.value.next])}
      >
        Older
      </button>
    </nav>
  </section>`;
}

function unreadableText(ids: readonly string[]): Markup {
  return html`<p class="bad">
    Entries of this page that are damaged or of a later release cannot be shown: ${ids.join(', ')}
  </p>`;
}

function entryTable(entries: readonly AuditEntry[]): Markup {
  const columns = { When: '', Who: '', From: '', What: 'wide', Outcome: '' };
  return html`<${Table} label="Table of changes" columns=${columns}>
    ${entries.map(
      (entry) =>
        html`<tr key=${entry.id}>
          <td>${time(entry.at)}</td>
          <td>${entry.user}</td>
          <td>${entry.address ?? 'the store'}</td>
          <td class="text">${told(entry)}</td>
          <td class="text">
            <span class="badge ${entry.outcome}">${entry.outcome}</span
            >${entry.reason !== undefined && ` ${entry.reason}`}
          </td>
        </tr>`,
    )}
  <//>`;
}
