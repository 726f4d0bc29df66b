/** Milliseconds, as kubelets have them; `hurry` divides them all. */
const [first, most] = [10_000, 300_000];

/** How long a kubelet waits after the `failures`th failed pull in a row. */
export function pullBackOff(failures: number, hurry: number): number {
  return Math.min(first * 2 ** (failures - 1), most) / hurry;
}

/** How long it waits after the `crashes`th crash before it starts the container again: the first time not at all. */
export function crashBackOff(crashes: number, hurry: number): number {
  return crashes === 1 ? 0 : pullBackOff(crashes - 1, hurry);
}

/** A container that ran that long begins anew with its crashes. */
export function forgetsAfter(hurry: number): number {
  return (2 * most) / hurry;
}
