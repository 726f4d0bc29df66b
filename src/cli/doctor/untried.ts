/** Why a check is not made: what it is about was not given, or is not there. */
export class Untried extends Error {
  override readonly name = 'Untried';
}
