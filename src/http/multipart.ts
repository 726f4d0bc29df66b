import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import { Failure, isFailure } from '../errors.ts';
import { bodyOf } from './input.ts';

/**
 * Hands the one file of a multipart/form-data body to `take` while it arrives.
 * @param names form fields that the file may come under
 * @throws Failure `invalid` when there is no such part or the body is malformed; whatever `take` throws
 */
export async function receiveFile(
  request: IncomingMessage,
  names: readonly string[],
  take: (file: Readable) => Promise<void>,
): Promise<void> {
  const contentType = request.headers['content-type'];
  if (contentType === undefined) throw new Failure('invalid', 'The upload has no Content-Type');
  let part: Readable | undefined;
  let taken: Promise<void> | undefined;
  const parser = open({ ...request.headers, 'content-type': contentType });
  parser.on('file', (field, file) => {
    // A part may fail before anybody reads it, and would take the process down.
    file.on('error', () => {});
    if (taken === undefined && names.includes(field)) {
      part = file;
      taken = take(file);
      // Heard below, once the body has ended; until then nobody listens.
      taken.catch((error: unknown) =>
        parser.destroy(error instanceof Error ? error : new Error(String(error))),
      );
    } else {
      file.resume();
    }
  });
  try {
    await pipeline(bodyOf(request), parser);
  } catch (cause) {
    // A body that is cut ends the parser, and not the part that is being taken.
    part?.destroy(cause instanceof Error ? cause : undefined);
    // A part that ends early fails in `take` too, as an error of the parser's; a Failure is what `take` itself has to say.
    const failure: unknown = await taken?.catch((error: unknown) => error);
    if (isFailure(failure)) throw failure;
    throw new Failure('invalid', 'The multipart body ended early or is malformed: nothing was stored', {
      cause,
    });
  }
  if (taken === undefined) {
    throw new Failure('invalid', `The multipart body has no file part named ${names.join(' or ')}`);
  }
  await taken;
}

function open(headers: IncomingMessage['headers'] & { 'content-type': string }): BusboyInstance {
  try {
    return new Busboy({ headers, limits: { files: 10, fields: 100, fieldSize: 64 * 1024, parts: 110 } });
  } catch (cause) {
    throw new Failure('invalid', 'The multipart body has no usable boundary', { cause });
  }
}
