import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import type { S3Location } from '../../src/store/s3/location.ts';
import { S3Store } from '../../src/store/s3/store.ts';
import type { Owner } from './owner.ts';
import { s3Front, type Passing } from './s3-front.ts';
import type { Versitygw } from './versitygw.ts';

/** A bucket of a server that takes no notice of some headers; what it passes on is signed anew without them. */
export async function deafS3(
  owner: Owner,
  { bucket, port }: Versitygw,
  ...headers: string[]
): Promise<S3Location> {
  const location = await bucket();
  const direct = new S3Store(location);
  const put = async ({ incoming, response }: Passing): Promise<void> => {
    const path = decodeURIComponent(new URL(incoming.url ?? '/', location.endpoint).pathname);
    const info = await direct.put(path.slice(location.bucket.length + 2), await buffer(incoming));
    response.writeHead(200, { ETag: info?.etag ?? '' }).end();
    await once(response, 'close');
  };
  const endpoint = await s3Front(owner, port, (passing) =>
    passing.incoming.method === 'PUT' && headers.some((name) => passing.incoming.headers[name] !== undefined)
      ? put(passing)
      : passing.pass(),
  );
  return { ...location, endpoint };
}
