import { useState } from 'preact/hooks';
import type { DropletDetails, ImageDetails } from '../../operator/operator.ts';
import { path } from '../ask.ts';
import { html, type Markup } from '../html.ts';
import { bytes, counted, percent, short } from '../model/format.ts';
import { pictureOf, type PicturedLayer } from '../model/layers.ts';
import { linkTo } from '../model/route.ts';
import { Bar } from '../parts/bar.ts';
import { loaded } from '../parts/loaded.ts';
import { RefusalText } from '../parts/refusal-text.ts';
import { useAnswer } from '../use-answer.ts';
import { useChangesOf } from '../use-changes-of.ts';

type Props = { guid: string; hash: string };

/** One droplet: what its image is made of, or why there is none. */
export function Droplet({ guid, hash }: Props): Markup {
  const version = useChangesOf(guid);
  const answer = useAnswer<DropletDetails>(path`/droplets/${guid}/${hash}`, { version });
  return html`<h1><a href=${linkTo({ view: 'app', guid })}>${guid}</a></h1>
    <p class="code">${hash}</p>
    ${loaded(answer, (droplet) => html`${factsOf(droplet)} ${imageOf(droplet)}`)}`;
}

function factsOf({ state, stack, size, record, needs }: DropletDetails): Markup {
  const libraries = new Set(needs?.groups.flatMap(({ needed }) => needed)).size;
  return html`<dl class="facts">
    <dt>State</dt>
    <dd><span class="badge ${state}">${state}</span></dd>
    <dt>Stack</dt>
    <dd><a href=${linkTo({ view: 'stack', stack })}>${stack}</a></dd>
    ${
      size !== undefined &&
      html`<dt>Droplet</dt>
        <dd>${bytes(size)}</dd>`
    }
    ${
      record &&
      html`<dt>Layer</dt>
        <dd>
          ${bytes(record.size)}, unpacked ${bytes(record.diffSize)},
          ${counted(record.entries, 'entry', 'entries')}
        </dd>
        ${
          record.buildpack !== undefined &&
          html`<dt>Buildpack</dt>
            <dd>${record.buildpack}</dd>`
        }
        ${
          record.startCommand !== undefined &&
          html`<dt>Start command</dt>
            <dd class="code">${record.startCommand}</dd>`
        }
        ${
          record.warnings.length > 0 &&
          html`<dt>Warnings</dt>
            <dd>${record.warnings.join('; ')}</dd>`
        }`
    }
    ${
      needs &&
      html`<dt>Needs</dt>
        <dd>${counted(libraries, 'library', 'libraries')} of its rootfs or its own</dd>`
    }
  </dl>`;
}

function imageOf(droplet: DropletDetails): Markup {
  if (droplet.refusal !== undefined) return html`<${RefusalText} refusal=${droplet.refusal} />`;
  if (droplet.state === 'deleted')
    return html`<p>It is deleted: its tags answer 404, its digests are served through the grace period.</p>`;
  return html`<${Image} ...${droplet} />`;
}

/** The image as a pull would get it now. Of a droplet that was never converted only when somebody wants it. */
function Image({ guid, hash, state }: DropletDetails): Markup {
  const [isWanted, want] = useState(state === 'converted');
  const reference = `cloudfoundry/${guid}:${hash}`;
  const answer = useAnswer<ImageDetails>(
    isWanted ? `/images?reference=${encodeURIComponent(reference)}` : undefined,
  );
  if (!isWanted)
    return html`<p>It was never pulled, so it has no layer yet.</p>
      <button type="button" onClick=${() => want(true)}>Convert it, as a pull would</button>`;
  return html`<section aria-labelledby="image">
    <h2 id="image">Image</h2>
    ${loaded(answer, picture)}
  </section>`;
}

function picture(image: ImageDetails): Markup {
  const { layers, size, shared, own } = pictureOf(image);
  const { stack, version } = image.origin.rootfs;
  const label = `${bytes(shared)} are shared with other apps, ${bytes(own)} are its own`;
  return html`<p>
      ${bytes(size)} over <a href=${linkTo({ view: 'stack', stack })}>${stack}</a> ${version},
      ${image.os}/${image.architecture}: ${label}.
    </p>
    <${Bar}
      label=${label}
      parts=${layers.map(({ kind, share, size: one }) => ({ kind, share, label: `${kind}, ${bytes(one)}` }))}
    />
    <ol class="layers" reversed>
      ${layers.toReversed().map(layerLine)}
    </ol>
    <p class="soft code">${image.digest}</p>`;
}

const owners = {
  rootfs: 'shared by all apps on this version',
  launcher: 'shared by all apps on a rootfs without one',
  droplet: "the app's own",
};

function layerLine({ kind, from, digest, size, share }: PicturedLayer): Markup {
  return html`<li class="layer ${kind}">
    <b>${kind}</b> ${bytes(size)}, ${percent(share)}: ${owners[kind]}
    <span class="soft">${kind === 'droplet' ? '' : from} <code title=${digest}>${short(digest)}</code></span>
  </li>`;
}
