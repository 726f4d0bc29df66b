/** The same items over and over, until there are `fewest` at the least. */
export function repeated<T>(items: readonly T[], fewest: number): T[] {
  if (items.length === 0) return [];
  return Array.from({ length: Math.ceil(fewest / items.length) || 1 }, () => items).flat();
}
