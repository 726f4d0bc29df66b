import { Readable } from 'node:stream';
import { operations } from '../api/operations.ts';
import { isFailure } from '../errors.ts';
import type { RollOperator } from '../operator/operator.ts';
import type { Ask } from './ask.ts';

/** The papers of rolls, through a facade. */
export function remoteRolls(ask: Ask): RollOperator {
  return {
    list: (stack) => ask.json(operations.listRolls, { parameters: { stack } }),
    papers: (stack, roll) => ask.json(operations.listPapers, { parameters: { stack, roll } }),
    read: (stack, roll, paper) =>
      ask.bytes(operations.getPaper, { parameters: { stack, roll, paper } }).catch((error: unknown) => {
        if (isFailure(error, 'not-found')) return undefined;
        throw error;
      }),
    write: (stack, roll, paper, bytes, { first }) =>
      ask.nothing(operations.putPaper, {
        parameters: { stack, roll, paper },
        headers: first ? { 'if-none-match': '*' } : {},
        bytes: Readable.from([bytes]),
      }),
  };
}
