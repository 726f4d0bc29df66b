import { z } from 'zod';
import { paperSummary, rollSummary } from './answers.ts';
import { paperName, rollName, stackName, versionName } from './names.ts';
import { bytesBody, empty, json, jsonBody, operation, plain } from './operation.ts';
import { rollReport } from './roll-report.ts';

const ofStack = z.strictObject({ stack: stackName });
const ofRoll = ofStack.extend({ roll: rollName });
const ofPaper = ofRoll.extend({ paper: paperName });

/** `*`: the first paper of a name stays. */
const ifNoneMatch = z.object({ 'if-none-match': z.literal('*', 'must be * here').exactOptional() });

const dryRun = z
  .boolean()
  .describe('change nothing: say what would be, and have the API server say whether')
  .exactOptional();

const roll = z
  .string()
  .min(1)
  .max(100)
  .describe('the roll that is meant; of another one nothing becomes')
  .exactOptional();

const rollOrder = z.discriminatedUnion('order', [
  z.strictObject({
    order: z.literal('start'),
    version: versionName,
    retry: z.boolean().describe('begin anew, though the last roll to it has completed').exactOptional(),
    roll,
    dryRun,
  }),
  z.strictObject({
    order: z.literal('approve'),
    wave: z.string().min(1).max(40).describe('ahead of time: the wave, when it is through').exactOptional(),
    roll,
    dryRun,
  }),
  z.strictObject({ order: z.enum(['pause', 'resume', 'abort', 'undo']), roll, dryRun }),
]);

const rollsNow = z.object({
  access: z.boolean().describe('whether this facade has access to Kubernetes'),
  rolls: z.array(rollReport),
  unreadable: z
    .array(z.object({ stack: z.string(), why: z.string() }))
    .describe('the Stacks of another release than the facade, which are not among the rolls')
    .exactOptional(),
  away: z
    .string()
    .describe('why nothing is heard of the cluster for the time being: the rolls are as they were')
    .exactOptional(),
});

const told = z.object({
  said: z.string().describe('what was ordered, in a sentence'),
  by: z.string().describe('in whose name, as the receipt tells it'),
  roll: z.string().describe('that there was').exactOptional(),
  wave: z.string().describe('that is approved').exactOptional(),
});

/** How rolls stand, what they are told, and what is kept of them. */
export const rollOperations = {
  showRolls: operation({
    ...plain,
    method: 'GET',
    path: '/api/v1/rolls',
    summary: 'How the rolls of all stacks stand; none where the facade has no access to Kubernetes.',
    reply: json(rollsNow),
  }),
  orderRoll: operation({
    ...plain,
    method: 'POST',
    path: '/api/v1/stacks/{stack}/roll/orders',
    summary: 'Tells the roll of a stack something, or begins one.',
    parameters: ofStack,
    body: jsonBody(rollOrder),
    reply: json(told),
    errors: {
      403: "the facade's account in Kubernetes may not",
      404: 'there is no such Stack or version, or the facade has no access to Kubernetes',
      409: 'the order makes no sense as things are, another roll is meant, or the Stack is of another release',
      503: 'the API server of Kubernetes does not answer; what it says tells whether the order may have been taken',
    },
  }),
  listRolls: operation({
    ...plain,
    method: 'GET',
    path: '/api/v1/stacks/{stack}/rolls',
    summary: 'The rolls of a stack of which there are papers.',
    parameters: ofStack,
    reply: json(z.array(rollSummary)),
  }),
  listPapers: operation({
    ...plain,
    method: 'GET',
    path: '/api/v1/stacks/{stack}/rolls/{roll}',
    summary: 'The papers of a roll; none where there is no such roll.',
    parameters: ofRoll,
    reply: json(z.array(paperSummary)),
  }),
  getPaper: operation({
    ...plain,
    method: 'GET',
    path: '/api/v1/stacks/{stack}/rolls/{roll}/{paper}',
    summary: 'A paper, byte for byte as it was put; whatever it holds, a browser runs and fetches nothing.',
    parameters: ofPaper,
    reply: { kind: 'bytes', status: 200, types: ['application/json', 'text/html; charset=utf-8'] } as const,
    errors: { 404: 'there is no such paper' },
  }),
  putPaper: operation({
    ...plain,
    method: 'PUT',
    path: '/api/v1/stacks/{stack}/rolls/{roll}/{paper}',
    summary: 'Keeps a paper of 16 MiB at most; with If-None-Match: * only the first.',
    parameters: ofPaper,
    headers: ifNoneMatch,
    body: bytesBody('JSON or HTML, as the name of the paper says. It is not looked into.'),
    reply: empty,
    errors: { 409: 'If-None-Match is *, and there is another one', 413: 'it is longer than 16 MiB' },
  }),
};
