import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Failure } from '../../errors.ts';
import { Meter } from '../../layer/meter.ts';
import { digestOfHex } from '../../oci/digest.ts';
import type { Descriptor } from '../../oci/image.ts';
import { UnexpectedAnswer } from './failure.ts';
import { Patience } from './patience.ts';
import type { RegistryClient } from './registry-client.ts';

/**
 * Writes a blob to a new file at `path`. Where the connection breaks it goes on from there.
 * @throws Failure `mismatch` where it is not the blob that was meant; errors of the wire and of the file system
 */
export async function downloadBlob(
  client: Pick<RegistryClient, 'blob'>,
  { digest, size }: Descriptor,
  path: string,
): Promise<void> {
  const meter = new Meter('sha256');
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
  await pipeline(persistentBytes(client, { digest, size }), meter, file);
  const found = digestOfHex(meter.hex('sha256'));
  if (found === digest) return;
  throw new Failure('mismatch', `its blob ${digest} hashes to ${found}`, { expected: digest, found });
}

/** Some registries give less than all that was asked for; none has more than its whole blob. */
async function* persistentBytes(
  client: Pick<RegistryClient, 'blob'>,
  { digest, size }: Pick<Descriptor, 'digest' | 'size'>,
): AsyncIterable<Buffer> {
  const patience = new Patience();
  let received = 0;
  while (received < size) {
    const before = received;
    try {
      for await (const chunk of client.blob(digest, received)) {
        received += chunk.length;
        if (received > size) throw wrongSize(digest, size, `more than ${size}`);
        patience.renew();
        yield chunk;
      }
      if (received === before) throw wrongSize(digest, size, String(received));
    } catch (error) {
      if (error instanceof UnexpectedAnswer && error.status === 416) {
        throw wrongSize(digest, size, String(received));
      }
      await patience.after(error);
    }
  }
}

function wrongSize(digest: string, size: number, found: string): Failure {
  return new Failure('mismatch', `its blob ${digest} has ${found} bytes, not ${size}`, {
    expected: String(size),
    found,
  });
}
