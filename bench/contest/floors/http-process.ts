/** The recorded answers by Node's own server and nothing else. */
import { createReadStream } from 'node:fs';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { pipeline } from 'node:stream';
import { answering, type Ready } from './answering.ts';

answering((answers, tls) => {
  const listener: RequestListener = ({ url = '', method }, response) => {
    const answer = answers.get(url);
    if (answer === undefined) response.writeHead(404).end();
    else send(answer, method === 'HEAD', response);
  };
  return tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
});

function send({ headers, bytes, file }: Ready, isHead: boolean, response: ServerResponse): void {
  response.writeHead(200, headers.flat());
  if (isHead) response.end();
  else if (bytes === undefined) pipeline(createReadStream(file), response, () => undefined);
  else response.end(bytes);
}
