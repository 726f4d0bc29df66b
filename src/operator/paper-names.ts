import { Failure } from '../errors.ts';

/** bytes */
export const mostPaperBytes = 16 * 1024 * 1024;

/** @throws Failure `invalid` */
export function requireRoll(text: string): void {
  if (!/^[a-z0-9-]{1,60}$/.test(text)) throw invalid(text, "a roll's name", '1 to 60 of a-z, 0-9 and -');
}

/** @throws Failure `invalid` */
export function requirePaper(text: string): void {
  if (!/^[a-z0-9-]{1,60}\.(?:json|html)$/.test(text))
    throw invalid(text, "a paper's name", '1 to 60 of a-z, 0-9 and -, and .json or .html');
}

function invalid(text: string, what: string, form: string): Failure {
  return new Failure('invalid', `${JSON.stringify(text)} cannot be ${what}: use ${form}`);
}
