/** What others wrote, without what a terminal would take for orders. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '?');
}
