import { z } from 'zod';
import { defaultGraceSeconds } from '../collect/grace.ts';
import { collectionReport } from '../collect/report.ts';
import { auditPage } from './answers.ts';
import { eventSchemas } from './events.ts';
import { auditPlace } from './names.ts';
import { json, jsonBody, operation, plain } from './operation.ts';

/** entries of a page of the audit log */
const [usualPage, longestPage] = [100, 1000];

const collection = z.strictObject({
  graceSeconds: z.number().min(86_400, 'a day at least').max(1e9).default(defaultGraceSeconds),
  dryRun: z.boolean().default(false),
  allowLarge: z.boolean().default(false),
});

/** The facade itself: what it removes, what was done to it, what happens. */
export const facadeOperations = {
  collect: operation({
    ...plain,
    method: 'POST',
    path: '/api/v1/collection',
    summary: 'Removes what is over and what nothing names.',
    body: jsonBody(collection),
    reply: json(collectionReport),
    errors: { 409: 'one runs already, or it stops because too much would go' },
  }),
  listAudit: operation({
    ...plain,
    method: 'GET',
    path: '/api/v1/audit',
    summary: 'What was changed, and what was to be: newest first.',
    query: z.strictObject({
      since: auditPlace.optional(),
      before: auditPlace.optional(),
      limit: z
        .string()
        .regex(/^[1-9]\d{0,3}$/, 'no number')
        .refine((text) => Number(text) <= longestPage, `${longestPage} at the most`)
        .default(String(usualPage))
        .meta({ description: `entries, ${longestPage} at the most` }),
    }),
    reply: json(auditPage),
  }),
  watchEvents: operation({
    ...plain,
    method: 'GET',
    path: '/api/v1/events',
    summary: 'Tells what happens, for as long as somebody listens.',
    headers: z.object({ 'last-event-id': z.string().exactOptional() }),
    reply: { kind: 'events', status: 200, schemas: eventSchemas } as const,
    errors: { 429: 'too many listen already', 503: 'the facade is stopping' },
  }),
  getOpenApi: operation({
    ...plain,
    method: 'GET',
    path: '/api/v1/openapi.json',
    summary: 'This document.',
    needs: 'any',
    reply: json(z.looseObject({ openapi: z.literal('3.1.1') })),
  }),
};
