import { z } from 'zod';
import { paperSummary, rollSummary } from './answers.ts';
import { paperName, rollName, stackName } from './names.ts';
import { bytesBody, empty, json, operation, plain } from './operation.ts';

const ofStack = z.strictObject({ stack: stackName });
const ofRoll = ofStack.extend({ roll: rollName });
const ofPaper = ofRoll.extend({ paper: paperName });

/** `*`: the first paper of a name stays. */
const ifNoneMatch = z.object({ 'if-none-match': z.literal('*', 'must be * here').exactOptional() });

/** What is kept of rolls. To show and to drive one, where the facade has Kubernetes, belongs here as well. */
export const rollOperations = {
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
