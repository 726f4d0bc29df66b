import { useMemo, useState } from 'preact/hooks';
import type { VersionSummary } from '../../operator/operator.ts';
import type { Contents } from '../../rootfs/contents/contents.ts';
import { diffLibraries, type LibraryChange } from '../../rootfs/diff/libraries.ts';
import { diffPackages, type PackageChange } from '../../rootfs/diff/packages.ts';
import { path } from '../ask.ts';
import { html, type Markup } from '../html.ts';
import { counted } from '../model/format.ts';
import { pageOf } from '../model/pages.ts';
import { linkTo } from '../model/route.ts';
import { loaded } from '../parts/loaded.ts';
import { Pager } from '../parts/pager.ts';
import { Table } from '../parts/table.ts';
import { useAnswer } from '../use-answer.ts';

type Props = { stack: string; from: string; to: string };

const changesOfPage = 50;

/** What changes from one version to another: libraries that apps may miss, and packages. */
export function Diff({ stack, from, to }: Props): Markup {
  const before = useAnswer<Contents>(path`/stacks/${stack}/rootfs/${from}/contents`);
  const after = useAnswer<Contents>(path`/stacks/${stack}/rootfs/${to}/contents`);
  return html`<h1><a href=${linkTo({ view: 'stack', stack })}>${stack}</a> ${from} → ${to}</h1>
    <${Choice} stack=${stack} from=${from} to=${to} />
    ${loaded(before, (a) => html`${loaded(after, (b) => html`<${Changes} before=${a} after=${b} />`)}`)}`;
}

function Choice({ stack, from, to }: Props): Markup {
  const { value: versions = [] } = useAnswer<VersionSummary[]>(path`/stacks/${stack}/rootfs`);
  const names = [...new Set([...versions.map(({ version }) => version), from, to])];
  const select = (label: string, chosen: string, link: (version: string) => string): Markup => {
    const choose = ({ currentTarget }: Event): void => {
      if (currentTarget instanceof HTMLSelectElement) location.hash = link(currentTarget.value);
    };
    return html`<label
      >${label}
      <select value=${chosen} onChange=${choose}>
        ${names.map((name) => html`<option value=${name}>${name}</option>`)}
      </select></label
    >`;
  };
  return html`<p class="buttons">
    ${select('From', from, (version) => linkTo({ view: 'diff', stack, from: version, to }))}
    ${select('To', to, (version) => linkTo({ view: 'diff', stack, from, to: version }))}
    <a href=${linkTo({ view: 'diff', stack, from: to, to: from })}>Swap</a>
  </p>`;
}

function Changes({ before, after }: { before: Contents; after: Contents }): Markup {
  const libraries = useMemo(() => diffLibraries(before, after), [before, after]);
  const packages = useMemo(() => diffPackages(before.packages, after.packages), [before, after]);
  const missed = libraries.filter(({ change }) => change !== 'added');
  const unread = before.unknown.length + after.unknown.length;
  return html`<section aria-labelledby="missed">
      <h2 id="missed">Libraries</h2>
      ${
        missed.length === 0
          ? html`<p class="good">No library is removed, and none has lost a symbol version.</p>`
          : html`<p class="bad">
              ${counted(missed.length, 'library', 'libraries')} may be missed by apps: a plan says by which.
            </p>`
      }
      ${libraries.length > 0 && html`<${LibraryTable} libraries=${libraries} />`}
      ${unread > 0 && html`<p class="soft">${counted(unread, 'thing')} could not be read: there may be more.</p>`}
    </section>
    <section aria-labelledby="packages">
      <h2 id="packages">Packages</h2>
      <${PackageTable} packages=${packages} />
    </section>`;
}

function LibraryTable({ libraries }: { libraries: readonly LibraryChange[] }): Markup {
  const [at, turn] = useState(0);
  const { shown, page, pages } = pageOf(libraries, at, changesOfPage);
  return html`<${Table}
      label="Changed libraries"
      columns=${{ Library: '', Change: '', For: '', 'Symbol versions': 'wide' }}
    >
      ${shown.map(
        (one) =>
          html`<tr>
            <th scope="row">${one.library}</th>
            <td>
              <span class="badge ${one.change === 'added' ? 'added' : 'removed'}">${one.change}</span>
            </td>
            <td>${one.machine}, ${one.class} bit</td>
            <td class="text">${one.versions.join(' ')}</td>
          </tr>`,
      )}
    <//>
    <${Pager} what="libraries" page=${page} pages=${pages} turn=${turn} />`;
}

function PackageTable({ packages }: { packages: readonly PackageChange[] }): Markup {
  const [text, setText] = useState('');
  const [at, turn] = useState(0);
  if (packages.length === 0) return html`<p>The packages are the same.</p>`;
  const fitting = packages.filter(({ name, change }) => name.includes(text) || change.startsWith(text));
  const { shown, page, pages } = pageOf(fitting, at, changesOfPage);
  const type = ({ currentTarget }: Event): void => {
    if (currentTarget instanceof HTMLInputElement) setText(currentTarget.value.trim());
  };
  return html`<p>${summaryOf(packages)}</p>
    <p>
      <label>Name or change <input type="search" value=${text} onInput=${type} /></label>
    </p>
    <${Table} label="Changed packages" columns=${{ Package: '', Change: '', From: '', To: '' }}>
      ${shown.map(
        ({ name, architecture, change, from, to }) =>
          html`<tr>
            <th scope="row">${name} <span class="soft">${architecture}</span></th>
            <td><span class="badge ${change}">${change}</span></td>
            <td>${from}</td>
            <td>${to}</td>
          </tr>`,
      )}
    <//>
    ${fitting.length === 0 && html`<p class="soft">None fits ${text}.</p>`}
    <${Pager} what="packages" page=${page} pages=${pages} turn=${turn} />`;
}

function summaryOf(packages: readonly PackageChange[]): string {
  const kinds = Map.groupBy(packages, ({ change }) => change);
  return [...kinds].map(([change, all]) => `${all.length} ${change}`).join(', ');
}
