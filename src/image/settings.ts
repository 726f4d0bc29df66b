import { z } from 'zod';
import { Failure } from '../errors.ts';
import {
  knowsLayerFormat,
  layerSettings,
  newestLayerFormat,
  type LayerChoice,
  type LayerSettings,
} from '../layer/settings.ts';
import { readRecord, updateRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { newestImageFormat } from './formats.ts';

export const settingsKey = 'v1/settings.json';

const stored = z.strictObject({
  ...layerSettings.shape,
  imageFormat: z.int().positive().default(1),
});

/** What a bare tag depends on, beside what it names: one choice for the whole facade. */
export type Settings = { layer: LayerSettings; imageFormat: number };

export type SettingsChoice = { layer?: LayerChoice | undefined; imageFormat?: number | undefined };

/** The settings that are in force: the oldest formats and the defaults where nobody has chosen. */
export async function readSettings(store: Store): Promise<Settings> {
  const { imageFormat, ...layer } = (await readRecord(store, settingsKey, stored)) ?? stored.parse({});
  return { layer, imageFormat };
}

/**
 * Makes `choice` the choice of the whole facade, and keeps what it does not name. A store that has no settings yet gets the
 * newest formats; in one that has, a format changes only when it is chosen, so that replicas of several versions agree.
 */
export async function chooseSettings(store: Store, choice: SettingsChoice): Promise<void> {
  await updateRecord(store, settingsKey, stored, (current) => {
    const { format = current?.format ?? newestLayerFormat, ...layer } =
      choice.layer ?? current ?? stored.parse({});
    const next = stored.parse({
      ...current,
      ...layer,
      format,
      imageFormat: choice.imageFormat ?? current?.imageFormat ?? newestImageFormat,
    });
    const same = current !== undefined && JSON.stringify(next) === JSON.stringify(current);
    return same ? undefined : next;
  });
}

/**
 * A replica that cannot make what the others make must not answer for a tag: it would give the tag another meaning.
 * @throws Failure `unavailable`
 */
export function requireKnownLayers(settings: Settings): Settings {
  if (!knowsLayerFormat(settings.layer.format)) throw unknownFormat('layers', settings.layer.format);
  return settings;
}

/** What to answer where the store is in a format of a later version. */
export function unknownFormat(what: 'layers' | 'images', format: number): Failure {
  return new Failure(
    'unavailable',
    `The facade serves ${what} in format ${format}, which this version of dropstack does not know: upgrade this replica`,
  );
}
