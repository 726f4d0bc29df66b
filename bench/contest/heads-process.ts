/** Sends HEADs over kept connections, as a `HeadsOrder` in JSON says. Prints a `Load` as JSON. */
import { createConnection, type Socket } from 'node:net';
import type { Load } from './load.ts';

export type HeadsOrder = {
  url: string;
  connections: number;
  seconds: number;
  headers: Record<string, string>;
};

const { url, connections, seconds, headers } = JSON.parse(process.argv[2] ?? '') as HeadsOrder;
const { hostname, port, pathname, host } = new URL(url);
const fields = Object.entries({ Host: host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
const request = Buffer.from(`HEAD ${pathname} HTTP/1.1\r\n${fields.join('')}\r\n`);

const seen: Load = { requests: 0, seconds: 0, bytes: 0, errors: 0 };
const begun = performance.now();
const sockets = Array.from({ length: connections }, connect);
setTimeout(finish, seconds * 1000);

function connect(): Socket {
  let text = '';
  const socket = createConnection({ host: hostname, port: Number(port), noDelay: true });
  socket.on('data', (chunk: Buffer) => {
    seen.bytes += chunk.length;
    text += chunk.toString('latin1');
    // One request at a time: what ends with an empty line is the whole answer.
    if (!text.endsWith('\r\n\r\n')) return;
    if (/^HTTP\/1\.1 2\d\d /.test(text)) seen.requests++;
    else seen.errors++;
    text = '';
    socket.write(request);
  });
  // An error is followed by `close`, and so is an end that nobody asked for.
  socket.on('error', () => undefined);
  socket.on('close', () => seen.errors++);
  socket.write(request);
  return socket;
}

function finish(): void {
  seen.seconds = (performance.now() - begun) / 1000;
  for (const socket of sockets) socket.removeAllListeners('close').destroy();
  process.stdout.write(`${JSON.stringify(seen)}\n`);
}
