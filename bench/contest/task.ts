import { basic } from '../../test/helpers/basic.ts';
import { accepted } from '../load/fleet/accepted.ts';

/** One request, asked over and over. Its answer is the same from every contestant, byte for byte. */
export type Task = {
  /** e.g. `GET manifest by tag, Basic` */
  name: string;
  method: 'GET' | 'HEAD';
  path: string;
  /** of the body that GET brings; bytes */
  digest: string;
  size: number;
  /** `name:password`; with it the guarded server is asked, else the open one */
  user?: string;
  /** that it is asked on at once; `usualConnections` without it */
  connections?: number;
  /** asks for a part of it alone, e.g. `bytes=0-9`: digest and size are then those of the part */
  range?: string;
};

/** Small enough that what is under way at the end of a round is no part of its figures, enough to keep a core busy. */
export const usualConnections = 8;

/**
 * Of small answers, as a fleet has them. With few, the one client sleeps between two answers, and waking it, which a server pays for
 * on one machine and not over a network, costs as much as all of a small answer.
 */
export const manyConnections = 64;

/** What a request brings along: what nodes accept, and who asks. */
export function headersOf({ user, range }: Task): Record<string, string> {
  return {
    Accept: accepted,
    ...(user === undefined ? {} : { Authorization: basic(user) }),
    ...(range === undefined ? {} : { Range: range }),
  };
}
