/**
 * Loaded into a server by `--import`: tells about its main thread's heap who connects to the socket that the environment names
 * and sends a figure's name. It costs nothing until somebody asks.
 */
import { createServer } from 'node:net';
import { getHeapStatistics } from 'node:v8';
import { isMainThread } from 'node:worker_threads';
import { liveBytes } from '../test/helpers/live-bytes.ts';

const path = process.env['BENCH_HEAP_SOCKET'];
if (isMainThread && path !== undefined) {
  // Children inherit the environment.
  delete process.env['BENCH_HEAP_SOCKET'];
  createServer((socket) => {
    socket.on('error', () => undefined);
    socket.setEncoding('utf8').once('data', (name) => {
      socket.end(String(name === 'live' ? liveBytes() : allocated()));
    });
  })
    .listen(path)
    .unref();
}

function allocated(): number {
  return getHeapStatistics().total_allocated_bytes;
}
