import { z } from 'zod';
import { stackRecord } from '../rootfs/stack-record.ts';
import { guidName, holderName, stackName, versionName } from './names.ts';
import { json, jsonBody, operation, plain } from './operation.ts';

const ofStack = z.strictObject({ stack: stackName });
const stack = json(stackRecord);

/** `"<generation>"`: the change is made only to the stack as its sender saw it. */
const ifMatch = z.object({
  'if-match': z
    .string()
    .regex(/^"\d{1,15}"$/, "must be a stack's generation in quotes")
    .exactOptional(),
});

/** What the tags of a stack mean, and who says what runs. */
export const stackOperations = {
  listStacks: operation({
    ...plain,
    method: 'GET',
    path: '/api/v1/stacks',
    summary: 'All stacks.',
    reply: json(z.array(stackRecord)),
  }),
  getStack: operation({
    ...plain,
    method: 'GET',
    path: '/api/v1/stacks/{stack}',
    summary: 'One stack.',
    parameters: ofStack,
    reply: stack,
    errors: { 404: 'there is no such stack' },
  }),
  promote: operation({
    ...plain,
    method: 'PUT',
    path: '/api/v1/stacks/{stack}/promoted',
    summary: 'Makes a version the one that guids get which nobody placed.',
    parameters: ofStack,
    body: jsonBody(z.strictObject({ version: versionName })),
    reply: stack,
    errors: { 404: 'the version was never imported', 409: 'it is retired' },
  }),
  place: operation({
    ...plain,
    method: 'PATCH',
    path: '/api/v1/stacks/{stack}/placements',
    summary: 'Places guids on versions, all of them or none; null takes a placement away.',
    parameters: ofStack,
    headers: ifMatch,
    body: jsonBody(z.record(guidName, versionName.nullable())),
    reply: stack,
    errors: {
      404: 'there is no such stack, or a version was never imported',
      409: 'a version is retired, or the stack is at another generation than If-Match says',
    },
  }),
  markInUse: operation({
    ...plain,
    method: 'PUT',
    path: '/api/v1/stacks/{stack}/in-use/{holder}',
    summary: 'Says which versions run, and no others; without any, the mark of the holder goes.',
    parameters: ofStack.extend({ holder: holderName }),
    body: jsonBody(z.strictObject({ versions: z.array(versionName).max(1000) })),
    reply: stack,
    errors: { 404: 'there is no such stack' },
  }),
};
