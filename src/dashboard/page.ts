import { useEffect, useRef, useState } from 'preact/hooks';
import { html, type Markup } from './html.ts';
import { listen } from './live.ts';
import { linkTo, routeOf, type Route } from './model/route.ts';
import { Connection } from './parts/connection.ts';
import { Help } from './parts/help.ts';
import { Search } from './parts/search.ts';
import { ThemeSwitch } from './parts/theme-switch.ts';
import { useShortcuts } from './shortcuts.ts';
import { Activity } from './views/activity.ts';
import { App } from './views/app.ts';
import { Diff } from './views/diff.ts';
import { Droplet } from './views/droplet.ts';
import { Overview } from './views/overview.ts';
import { Refused } from './views/refused.ts';
import { Stack } from './views/stack.ts';

const rooms = [
  ['Overview', { view: 'overview' }],
  ['Refused', { view: 'refused' }],
  ['Activity', { view: 'activity' }],
] as const satisfies [string, Route][];

/** The whole page: what is the same everywhere, and the view that the address names. */
export function Page(): Markup {
  const [route, setRoute] = useState(() => routeOf(location.hash));
  const [isHelping, setHelping] = useState(false);
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    listen();
    const turn = (): void => {
      setRoute(routeOf(location.hash));
      scrollTo(0, 0);
      place.current?.focus({ preventScroll: true });
    };
    addEventListener('hashchange', turn);
    return () => removeEventListener('hashchange', turn);
  }, []);
  useEffect(() => {
    document.title = `${titleOf(route)} · dropstack`;
  }, [route]);
  useShortcuts({ help: () => setHelping(true) });
  return html`<header>
      <a class="name" href=${linkTo({ view: 'overview' })}>dropstack</a>
      <nav aria-label="Views">
        ${rooms.map(
          ([name, to]) =>
            html`<a href=${linkTo(to)} aria-current=${route.view === to.view ? 'page' : undefined}
              >${name}</a
            >`,
        )}
      </nav>
      <${Search} />
      <${ThemeSwitch} />
      <button type="button" aria-keyshortcuts="?" onClick=${() => setHelping(true)}>Keys</button>
    </header>
    <${Connection} />
    <main ref=${place} tabindex="-1">${viewOf(route)}</main>
    ${isHelping && html`<${Help} close=${() => setHelping(false)} />`}`;
}

function viewOf(route: Route): Markup {
  switch (route.view) {
    case 'overview':
      return html`<${Overview} />`;
    case 'stack':
      return html`<${Stack} key=${route.stack} ...${route} />`;
    case 'diff':
      return html`<${Diff} key=${linkTo(route)} ...${route} />`;
    case 'app':
      return html`<${App} key=${route.guid} ...${route} />`;
    case 'droplet':
      return html`<${Droplet} key=${linkTo(route)} ...${route} />`;
    case 'refused':
      return html`<${Refused} />`;
    case 'activity':
      return html`<${Activity} />`;
    case 'nowhere':
      break;
  }
  return html`<h1>Nothing here</h1>
    <p>
      There is no view ${route.path}. <a href=${linkTo({ view: 'overview' })}>The overview</a> leads to all of
      them.
    </p>`;
}

function titleOf(route: Route): string {
  if ('guid' in route) return route.guid;
  if ('stack' in route)
    return route.view === 'diff' ? `${route.stack} ${route.from} → ${route.to}` : route.stack;
  return rooms.find(([, { view }]) => view === route.view)?.[0] ?? 'Nothing here';
}
