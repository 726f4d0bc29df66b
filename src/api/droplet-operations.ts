import { z } from 'zod';
import { refusalRecord } from '../droplet/record.ts';
import { dropletDetails, dropletSummary, storedDroplet, verification, warmed } from './answers.ts';
import { guidName, hashName, stackName, timeText, versionName } from './names.ts';
import { empty, json, jsonBody, lines, operation, plain } from './operation.ts';

const ofDroplet = z.strictObject({ guid: guidName, hash: hashName });
const noDroplet = 'there is no such droplet';

/** Droplets, as operators see them. They are put and given back under `/droplets`. */
export const dropletOperations = {
  listDroplets: operation({
    ...plain,
    method: 'GET',
    path: '/api/v1/droplets',
    summary: 'All droplets of the sources and all that were converted; with guid, those of one.',
    query: z.strictObject({ guid: guidName.optional() }),
    reply: json(z.array(dropletSummary)),
  }),
  getDroplet: operation({
    ...plain,
    method: 'GET',
    path: '/api/v1/droplets/{guid}/{hash}',
    summary: 'A droplet with its record and its needs, or its refusal.',
    parameters: ofDroplet,
    reply: json(dropletDetails),
    errors: { 404: noDroplet },
  }),
  deleteDroplet: operation({
    ...plain,
    method: 'DELETE',
    path: '/api/v1/droplets/{guid}/{hash}',
    summary: 'Deletes a droplet: its tags are gone at once, its digests are served on.',
    parameters: ofDroplet,
    reply: empty,
    errors: { 404: noDroplet },
  }),
  verifyDroplet: operation({
    ...plain,
    method: 'POST',
    path: '/api/v1/droplets/{guid}/{hash}/verify',
    summary: 'Reads droplet and layer again, and compares their hashes.',
    parameters: ofDroplet,
    reply: json(verification),
    errors: { 404: noDroplet },
  }),
  warmDroplet: operation({
    ...plain,
    method: 'POST',
    path: '/api/v1/droplets/{guid}/{hash}/warm',
    summary:
      'Converts a droplet ahead, after all that is pulled or put; with version its image over that too.',
    parameters: ofDroplet,
    body: jsonBody(z.strictObject({ stack: stackName, version: versionName.optional() })),
    reply: json(warmed),
    errors: {
      404: 'there is no such droplet, or the version was never imported',
      422: 'it breaks a rule',
      429: 'it is still being converted: ask again',
    },
  }),
  assignStack: operation({
    ...plain,
    method: 'PUT',
    path: '/api/v1/droplets/{guid}/stack',
    summary: 'Assigns the droplets of a guid to a stack.',
    parameters: ofDroplet.pick({ guid: true }),
    body: jsonBody(z.strictObject({ stack: stackName })),
    reply: empty,
  }),
  listStored: operation({
    ...plain,
    method: 'GET',
    path: '/api/v1/stored',
    summary: 'The droplets of the sources as they are listed; with since those that came then or later.',
    query: z.strictObject({ since: timeText.optional() }),
    reply: lines(storedDroplet),
  }),
  listRefused: operation({
    ...plain,
    method: 'GET',
    path: '/api/v1/refused',
    summary: 'The droplets that cannot be served, and why.',
    reply: json(z.array(refusalRecord)),
  }),
};
