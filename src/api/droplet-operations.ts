import { z } from 'zod';
import { refusalRecord } from '../droplet/record.ts';
import {
  appCounts,
  dropletDetails,
  dropletSummary,
  putResult,
  refusalRules,
  storedDroplet,
  verification,
  warmed,
} from './answers.ts';
import { digestHeader } from './digest-header.ts';
import { guidName, hashName, stackName, timeText, versionName } from './names.ts';
import { bytesBody, empty, json, jsonBody, lines, operation, plain } from './operation.ts';

const ofDroplet = z.strictObject({ guid: guidName, hash: hashName });
const number = z.string().regex(/^\d{1,9}$/, 'no number');
const noDroplet = 'there is no such droplet';

/** `sha256=<hex>`: what the bytes must hash to, where the droplet is not named so. */
const digest = z.object({
  digest: z.string().regex(digestHeader, 'must be sha256=<64 hex digits>').exactOptional(),
});

/** Droplets, as operators see them. Those who know bits-service put them and get them back under `/droplets`. */
export const dropletOperations = {
  listDroplets: operation({
    ...plain,
    method: 'GET',
    path: '/api/v1/droplets',
    summary: 'All droplets of the sources and all that were converted; with guid, those of one.',
    query: z.strictObject({ guid: guidName.optional() }),
    reply: json(z.array(dropletSummary)),
  }),
  countApps: operation({
    ...plain,
    method: 'GET',
    path: '/api/v1/droplets/counts',
    summary:
      'How many guids have a droplet, by stack. They are counted anew only some time after the last time.',
    reply: json(appCounts),
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
  putDroplet: operation({
    ...plain,
    method: 'PUT',
    path: '/api/v1/droplets/{guid}/{hash}',
    summary: 'Stores a droplet, and converts it: with wait before the answer, else after it.',
    needs: 'droplets',
    parameters: ofDroplet,
    query: z.strictObject({ stack: stackName.optional(), wait: z.enum(['true', 'false']).optional() }),
    headers: digest,
    body: bytesBody('The droplet, a tar.gz.'),
    reply: json(putResult, 201),
    errors: {
      403: 'the repository is out of the grants of the user',
      409: 'the hash is known with other bytes',
      422: 'it breaks a rule, and nothing of it is kept',
    },
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
    summary: 'The droplets that cannot be served, and why: the latest first.',
    query: z.strictObject({
      rule: z.string().optional(),
      skip: number.meta({ description: 'so many of the latest are left out' }).optional(),
      limit: number.meta({ description: 'so many at the most; without it, all' }).optional(),
    }),
    reply: json(z.array(refusalRecord)),
  }),
  countRefused: operation({
    ...plain,
    method: 'GET',
    path: '/api/v1/refused/rules',
    summary: 'How many droplets break each rule.',
    reply: json(refusalRules),
  }),
};
