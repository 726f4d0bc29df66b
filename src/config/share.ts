/** Of so many, how many one client may take: never none. */
export function shareOf(total: number, share: number): number {
  return Math.max(1, Math.floor(total * share));
}
