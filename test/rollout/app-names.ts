/** `app-00`, `app-01` and so on. */
export function appNames(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `app-${String(at).padStart(2, '0')}`);
}
