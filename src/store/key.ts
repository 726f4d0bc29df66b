/** @throws Error for what is no key: keys are made by us from parsed names, so a bad one is a bug, not bad input */
export function requireKey(key: string): void {
  if (key.startsWith('.') || key.split('/').some(isUnfit))
    throw new Error(`Not a store key: ${JSON.stringify(key)}`);
}

function isUnfit(segment: string): boolean {
  return segment === '' || segment === '.' || segment === '..' || segment.includes('\0');
}
