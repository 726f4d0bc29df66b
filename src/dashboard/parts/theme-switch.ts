import { html, type Markup } from '../html.ts';
import { chooseTheme, themes, useTheme } from '../theme.ts';

/** Light, dark, or as the machine has it. */
export function ThemeSwitch(): Markup {
  const { chosen } = useTheme();
  return html`<select aria-label="Theme" value=${chosen} onChange=${choose}>
    ${themes.map((theme) => html`<option value=${theme}>${theme}</option>`)}
  </select>`;
}

function choose({ currentTarget }: Event): void {
  const theme = themes.find(
    (one) => currentTarget instanceof HTMLSelectElement && one === currentTarget.value,
  );
  if (theme !== undefined) chooseTheme(theme);
}
