/** Why a pull ended without its image, in a few words that do not name the image, so that they can be counted. */
export class PullFailure extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'PullFailure';
  }
}
