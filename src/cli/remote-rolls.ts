import { Readable } from 'node:stream';
import { z } from 'zod';
import { isFailure } from '../errors.ts';
import { requireStack } from '../oci/names.ts';
import type { RollOperator } from '../operator/operator.ts';
import { requirePaper, requireRoll } from '../operator/paper-names.ts';
import * as answers from './answers.ts';
import type { Call } from './request.ts';

type Ask = <T>(schema: z.ZodType<T>, path: string, call?: Call) => Promise<T>;

/** The papers of rolls, through a facade. */
export function remoteRolls(ask: Ask, receive: (path: string) => Promise<Buffer>): RollOperator {
  return {
    list: async (stack) => ask(z.array(answers.rollSummary), rollsPath(stack)),
    papers: async (stack, roll) => ask(z.array(answers.paperSummary), rollPath(stack, roll)),
    read: async (stack, roll, paper) => {
      return receive(paperPath(stack, roll, paper)).catch((error: unknown) => {
        if (isFailure(error, 'not-found')) return undefined;
        throw error;
      });
    },
    write: async (stack, roll, paper, bytes, { first }) =>
      ask(z.void(), paperPath(stack, roll, paper), {
        method: 'PUT',
        headers: first ? { 'If-None-Match': '*' } : {},
        body: Readable.from([bytes]),
      }),
  };
}

function rollsPath(stack: string): string {
  requireStack(stack);
  return `/api/v1/stacks/${stack}/rolls`;
}

function rollPath(stack: string, roll: string): string {
  requireRoll(roll);
  return `${rollsPath(stack)}/${roll}`;
}

function paperPath(stack: string, roll: string, paper: string): string {
  requirePaper(paper);
  return `${rollPath(stack, roll)}/${paper}`;
}
