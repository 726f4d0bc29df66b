/**
 * Loaded into a server by `--import`: tells about its main thread's heap who connects to the socket that the environment names
 * and sends a figure's name. It costs nothing until somebody asks.
 */
import { createServer } from 'node:net';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread } from 'node:worker_threads';

const path = process.env['BENCH_HEAP_SOCKET'];
if (isMainThread && path !== undefined) {
  // Children inherit the environment.
  delete process.env['BENCH_HEAP_SOCKET'];
  createServer((socket) => {
    socket.on('error', () => undefined);
    socket.setEncoding('utf8').once('data', (name) => {
      socket.end(String(name === 'live' ? live() : allocated()));
    });
  })
    .listen(path)
    .unref();
}

function allocated(): number {
  return getHeapStatistics().total_allocated_bytes;
}

function live(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // What goes with the first frees more for the second.
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
