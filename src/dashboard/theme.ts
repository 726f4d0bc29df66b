import { useEffect, useState } from 'preact/hooks';

/** `system`: as the machine has it. */
export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const storageKey = 'dropstack-theme';
const watchers = new Set<() => void>();
const system = matchMedia('(prefers-color-scheme: dark)');
system.addEventListener('change', tellAll);

let chosen: Theme = themes.find((theme) => theme === localStorage.getItem(storageKey)) ?? 'system';
show();

export function chosenTheme(): Theme {
  return chosen;
}

/** Shows the page so, and keeps it in this browser. */
export function chooseTheme(theme: Theme): void {
  chosen = theme;
  localStorage.setItem(storageKey, theme);
  show();
  tellAll();
}

/** What was chosen, and the colours that are shown by it; drawn anew when either changes. */
export function useTheme(): { chosen: Theme; shown: 'light' | 'dark' } {
  const [theme, setTheme] = useState(() => ({ chosen, shown: shownTheme() }));
  useEffect(() => {
    const look = (): void => setTheme({ chosen, shown: shownTheme() });
    watchers.add(look);
    return () => void watchers.delete(look);
  }, []);
  return theme;
}

function shownTheme(): 'light' | 'dark' {
  if (chosen !== 'system') return chosen;
  return system.matches ? 'dark' : 'light';
}

function show(): void {
  document.documentElement.dataset['theme'] = chosen;
}

function tellAll(): void {
  for (const watcher of watchers) watcher();
}
