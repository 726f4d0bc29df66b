import { z } from 'zod';
import { rootfsRecord } from '../rootfs/record.ts';
import { stackRecord } from '../rootfs/stack-record.ts';
import { contents, dropletImpact, versionSummary } from './answers.ts';
import { guidName, hashName, stackName, versionName } from './names.ts';
import { bytesBody, json, jsonBody, lines, operation, plain } from './operation.ts';

const ofStack = z.strictObject({ stack: stackName });
const ofVersion = ofStack.extend({ version: versionName });

/** What the file, or the image, must be, and what a tar does not say of itself. */
const announced = z.strictObject({
  sha256: z
    .string()
    .regex(/^(?:sha256:)?[0-9a-f]{64}$/i, 'no SHA-256: give its 64 hex digits')
    .optional(),
  os: z.string().optional(),
  architecture: z.string().optional(),
  osVersion: z.string().optional(),
});

/** Versions of root file systems. */
export const rootfsOperations = {
  listRootfs: operation({
    ...plain,
    method: 'GET',
    path: '/api/v1/rootfs',
    summary: 'The versions of all stacks.',
    reply: json(z.array(versionSummary)),
  }),
  listVersions: operation({
    ...plain,
    method: 'GET',
    path: '/api/v1/stacks/{stack}/rootfs',
    summary: 'The versions of one stack; none where there is no such stack.',
    parameters: ofStack,
    reply: json(z.array(versionSummary)),
  }),
  getVersion: operation({
    ...plain,
    method: 'GET',
    path: '/api/v1/stacks/{stack}/rootfs/{version}',
    summary: 'What a version is made of.',
    parameters: ofVersion,
    reply: json(rootfsRecord),
    errors: { 404: 'it was never imported' },
  }),
  getContents: operation({
    ...plain,
    method: 'GET',
    path: '/api/v1/stacks/{stack}/rootfs/{version}/contents',
    summary: 'The files, packages and libraries of a version: some megabytes.',
    parameters: ofVersion,
    reply: json(contents),
    errors: { 404: 'it was never imported' },
  }),
  importVersion: operation({
    ...plain,
    method: 'PUT',
    path: '/api/v1/stacks/{stack}/rootfs/{version}',
    summary: 'Imports a version from the body.',
    parameters: ofVersion,
    query: announced,
    body: bytesBody('A tar, tar.gz, OCI layout in a tar, or docker-archive.'),
    reply: json(rootfsRecord, 201),
    errors: { 409: 'the version exists with other content' },
  }),
  pullVersion: operation({
    ...plain,
    method: 'POST',
    path: '/api/v1/stacks/{stack}/rootfs/{version}',
    summary: 'Imports a version from an image in a registry.',
    parameters: ofVersion,
    body: jsonBody(announced.extend({ reference: z.string(), plainHttp: z.boolean().optional() })),
    reply: json(rootfsRecord, 201),
    errors: {
      403: 'the registry denies it',
      404: 'the registry has none',
      409: 'the version exists with other content',
      429: 'it is still being pulled: ask again',
      503: 'the registry does not answer',
    },
  }),
  retireVersion: operation({
    ...plain,
    method: 'DELETE',
    path: '/api/v1/stacks/{stack}/rootfs/{version}',
    summary: 'Retires a version: no tag serves it any more, its digests are served on.',
    parameters: ofVersion,
    reply: json(stackRecord),
    errors: { 404: 'it was never imported', 409: 'it is promoted, placed or in use' },
  }),
  getImpact: operation({
    ...plain,
    method: 'POST',
    path: '/api/v1/stacks/{stack}/rootfs/{version}/impact',
    summary: 'What droplets would miss over a version; in any order.',
    parameters: ofVersion,
    body: jsonBody(
      z.strictObject({
        droplets: z.array(z.strictObject({ guid: guidName, hash: hashName })).max(1000),
        from: versionName.optional(),
      }),
    ),
    reply: lines(dropletImpact),
    errors: { 404: 'a version was never imported' },
  }),
};
