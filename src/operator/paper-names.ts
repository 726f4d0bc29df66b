import { Failure } from '../errors.ts';

/** bytes */
export const mostPaperBytes = 16 * 1024 * 1024;

export const rollGrammar = /^[a-z0-9-]{1,60}$/;
export const paperGrammar = /^[a-z0-9-]{1,60}\.(?:json|html)$/;

/** @throws Failure `invalid` */
export function requireRoll(text: string): void {
  if (!rollGrammar.test(text)) throw invalid(text, "a roll's name", '1 to 60 of a-z, 0-9 and -');
}

/** @throws Failure `invalid` */
export function requirePaper(text: string): void {
  if (!paperGrammar.test(text))
    throw invalid(text, "a paper's name", '1 to 60 of a-z, 0-9 and -, and .json or .html');
}

function invalid(text: string, what: string, form: string): Failure {
  return new Failure('invalid', `${JSON.stringify(text)} cannot be ${what}: use ${form}`);
}
