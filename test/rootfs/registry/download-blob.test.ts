/** Registries that give other than what was asked for. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { isFailure } from '../../../src/errors.ts';
import { sha256 } from '../../../src/oci/digest.ts';
import { downloadBlob } from '../../../src/rootfs/registry/download-blob.ts';
import { requireImageReference } from '../../../src/rootfs/registry/image-reference.ts';
import { RegistryClient } from '../../../src/rootfs/registry/registry-client.ts';
import { listen } from '../../helpers/listen.ts';
import { atEnd } from '../../helpers/owner.ts';
import { tempDir } from '../../helpers/temp.ts';

const bytes = randomBytes(200_000);
const blob = { mediaType: 'application/octet-stream', digest: sha256(bytes), size: bytes.length };

/** What a registry that answers so gives, and the ranges that it was asked for. */
async function download(
  t: ExecutionContext,
  answer: (start: number, ...rest: Parameters<RequestListener>) => void,
) {
  const ranges: (string | undefined)[] = [];
  const host = await listen(t, (request, response) => {
    const { range } = request.headers;
    ranges.push(range);
    answer(Number(/\d+/.exec(range ?? '')?.[0] ?? 0), request, response);
  });
  const client = await RegistryClient.open(requireImageReference(`${host}/a:1`), {});
  atEnd(t, () => client.close());
  const path = join(await tempDir(t), 'blob');
  const work = downloadBlob(client, blob, path).then(() => readFile(path));
  return { work, ranges };
}

test('parts of a range are put together', async (t) => {
  const { work, ranges } = await download(t, (start, _, response) => {
    const part = bytes.subarray(start, start + 90_000);
    const end = start + part.length - 1;
    response.writeHead(206, { 'Content-Range': `bytes ${start}-${end}/${bytes.length}` }).end(part);
  });
  t.deepEqual(await work, bytes);
  t.deepEqual(ranges, [undefined, 'bytes=90000-', 'bytes=180000-']);
});

test('who knows no ranges sends all again', async (t) => {
  let asked = 0;
  const { work, ranges } = await download(t, (_start, _request, response) => {
    response.writeHead(200, { 'Content-Length': bytes.length });
    if (++asked === 1)
      response.write(bytes.subarray(0, 70_001), () => setTimeout(() => response.destroy(), 50));
    else response.end(bytes);
  });
  t.deepEqual(await work, bytes);
  t.is(ranges.length, 2);
});

test('too few bytes, too many, and others are told', async (t) => {
  const end = bytes.length - 1;
  const cases: [Parameters<typeof download>[1], RegExp][] = [
    [
      (start, _, response) => {
        if (start > 0) response.writeHead(416).end();
        else response.end(bytes.subarray(1));
      },
      /has 199999 bytes, not 200000$/,
    ],
    [
      (start, _, response) => void response.end(start === 0 ? bytes.subarray(1) : ''),
      /has 199999 bytes, not/,
    ],
    [(_start, _, response) => void response.end(Buffer.concat([bytes, bytes])), /has more than 200000 bytes/],
    [(_start, _, response) => void response.end(bytes.toReversed()), /its blob sha256:\S+ hashes to sha256:/],
    [
      (_start, _, response) =>
        void response.writeHead(206, { 'Content-Range': `bytes 1-${end}/${bytes.length}` }).end(bytes),
      /answers 206$/,
    ],
  ];
  for (const [answer, says] of cases) {
    const { work } = await download(t, answer);
    const error = await t.throwsAsync(work, { message: says });
    t.true(isFailure(error, 'mismatch') || error?.name === 'UnexpectedAnswer');
  }
});
