/** The time as Kubernetes' MicroTime wants it: six digits of a second. */
export function microTime(date = new Date()): string {
  return date.toISOString().replace('Z', '000Z');
}
