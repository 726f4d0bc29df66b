import { day } from '../store/lifetime.ts';

/** How long digests are served after a deletion or a retirement, where nobody says. */
export const defaultGraceSeconds = (7 * day) / 1000;
