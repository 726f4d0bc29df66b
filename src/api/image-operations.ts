import { z } from 'zod';
import { identified, imageDetails, origin } from './answers.ts';
import { digestName, guidName } from './names.ts';
import { json, jsonBody, lines, operation, plain } from './operation.ts';

const image = z.strictObject({ guid: guidName, digest: digestName });

/** What images are made of. */
export const imageOperations = {
  showImage: operation({
    ...plain,
    method: 'GET',
    path: '/api/v1/images',
    summary: 'What an image is made of: it is resolved as a pull would, and converted where needed.',
    query: z.strictObject({
      reference: z.string().meta({ description: '<repository>:<tag> or <repository>@<digest>' }),
    }),
    reply: json(imageDetails),
    errors: { 404: 'there is no such image', 422: 'its droplet breaks a rule' },
  }),
  identifyImage: operation({
    ...plain,
    method: 'GET',
    path: '/api/v1/droplets/{guid}/images/{digest}',
    summary: 'What a manifest or config is made of that was ever served.',
    parameters: image,
    reply: json(origin),
    errors: { 404: 'it was never served' },
  }),
  identifyImages: operation({
    ...plain,
    method: 'POST',
    path: '/api/v1/images/identify',
    summary: 'The same of many, in any order; without an origin it was never served.',
    body: jsonBody(z.strictObject({ images: z.array(image).max(1000) })),
    reply: lines(identified),
  }),
};
