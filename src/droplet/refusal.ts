import { Failure } from '../errors.ts';

/** Why a droplet cannot be a layer, as plain data. */
export type Refusal = {
  /** the name of one of `rules` */
  rule: string;
  /** the entry's name as people read it; empty where no entry is concerned */
  entry: string;
  /** of the entry's header, in bytes from the start of the tar; of the compressed bytes for rule `gzip` */
  offset: number;
  detail: string;
};

/** A droplet that breaks a rule. Converting it again gives the same answer, as long as rules and bounds stay. */
export class DropletRefused extends Failure {
  readonly refusal: Refusal;

  /** @param droplet `<guid>/<hash>`, where it is known */
  constructor(droplet: string | undefined, refusal: Refusal) {
    const { rule, entry, offset, detail } = refusal;
    const subject = droplet === undefined ? 'Droplet' : `Droplet ${droplet}`;
    const place = entry === '' ? `byte ${offset}` : `entry ${JSON.stringify(entry)} at byte ${offset}`;
    super('refused', `${subject} refused: ${place} breaks rule ${rule}: ${detail}`, { reason: rule });
    this.refusal = { rule, entry, offset, detail };
  }
}
