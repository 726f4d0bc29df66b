/**
 * What was given as a reference to an image, as it may be written down: people paste URLs, and what stands before an `@` in one is
 * somebody's password. An image's own `@` stands before a digest.
 */
export function withoutCredentials(text: string): string {
  return text.replace(/^.*@(?!sha256:)/s, '…@');
}
