import { useState } from 'preact/hooks';
import { html, type Markup } from '../html.ts';
import { linkTo } from '../model/route.ts';
import { searchField } from '../shortcuts.ts';

/** Leads to an app by its guid. */
export function Search(): Markup {
  const [text, setText] = useState('');
  const search = (event: Event): void => {
    event.preventDefault();
    const guid = text.trim();
    if (guid !== '') location.hash = linkTo({ view: 'app', guid });
  };
  const type = ({ currentTarget }: Event): void => {
    if (currentTarget instanceof HTMLInputElement) setText(currentTarget.value);
  };
  return html`<form role="search" onSubmit=${search}>
    <input
      id=${searchField}
      type="search"
      aria-label="App by its guid"
      aria-keyshortcuts="/"
      placeholder="Guid of an app"
      autocomplete="off"
      spellcheck="false"
      value=${text}
      onInput=${type}
    />
    <button type="submit">Search</button>
  </form>`;
}
