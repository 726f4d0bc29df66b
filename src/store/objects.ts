import { randomUUID } from 'node:crypto';

/** Where the bytes of layers lie: written once, named before their digest is known. */
export const objectsFolder = 'v1/objects/';

/** A key that nothing has had before. */
export function newObjectKey(): string {
  return objectKey(randomUUID());
}

export function objectKey(id: string): string {
  return objectsFolder + id;
}
