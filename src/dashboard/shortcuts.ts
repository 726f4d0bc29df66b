import { useEffect } from 'preact/hooks';
import { linkTo } from './model/route.ts';
import { chooseTheme, chosenTheme, themes } from './theme.ts';

/** Keys, and what they do, as the help lists them. */
export const shortcuts: readonly [keys: string, does: string][] = [
  ['/', 'search for an app'],
  ['g o', 'go to the overview'],
  ['g r', 'go to the refused droplets'],
  ['g a', 'go to the activity'],
  ['t', 'next theme: system, light, dark'],
  ['?', 'these keys'],
];

/** The id of the field that is searched in. */
export const searchField = 'search';

/** Acts on keys, unless somebody types or answers a question. */
export function useShortcuts({ help }: { help: () => void }): void {
  useEffect(() => {
    let isGoing = false;
    const press = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const wasGoing = isGoing;
      isGoing = event.key === 'g';
      if (wasGoing && go(event.key)) return;
      if (event.key === '?') help();
      else if (event.key === 't') nextTheme();
      else if (event.key === '/') {
        event.preventDefault();
        document.getElementById(searchField)?.focus();
      }
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
}

function go(key: string): boolean {
  const view = ({ o: 'overview', r: 'refused', a: 'activity' } as const)[key];
  if (view === undefined) return false;
  location.hash = linkTo({ view });
  return true;
}

function nextTheme(): void {
  const next = themes[(themes.indexOf(chosenTheme()) + 1) % themes.length];
  if (next !== undefined) chooseTheme(next);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, select, textarea, dialog[open]') !== null;
}
