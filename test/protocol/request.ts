import { request as http, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { request as https } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { buffer } from 'node:stream/consumers';

export type Answer = { status: number; headers: IncomingHttpHeaders; body: Buffer };

export type Ask = {
  method?: string;
  headers?: OutgoingHttpHeaders;
  body?: Buffer | string | Readable;
  /** `user:password` */
  auth?: string;
  ca?: string;
  /** whose the request seems to be: all of 127.0.0.0/8 is this machine */
  from?: string;
};

/** One request as it goes over the wire: nothing decoded, followed or repaired. */
export async function ask(
  url: string,
  { method = 'GET', headers = {}, body, auth, ca, from }: Ask = {},
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const options = {
    method,
    headers,
    agent: false,
    ...(auth === undefined ? {} : { auth }),
    ...(ca === undefined ? {} : { ca }),
    ...(from === undefined ? {} : { localAddress: from }),
  };
  const request = url.startsWith('https:') ? https(url, options) : http(url, options);
  request.on('error', reject);
  request.on('response', (response) => {
    const { statusCode = 0 } = response;
    buffer(response).then(
      (bytes) => resolve({ status: statusCode, headers: response.headers, body: bytes }),
      reject,
    );
  });
  if (body instanceof Readable) await pipeline(body, request).catch(reject);
  else request.end(body);
  return promise;
}

/** The code of the first error in an answer's envelope. */
export function errorCode({ body }: Answer): string | undefined {
  const parsed = JSON.parse(body.toString()) as { errors?: { code?: string }[] };
  return parsed.errors?.[0]?.code;
}
