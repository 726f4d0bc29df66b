/**
 * Loaded into a server by `--import`: who connects to the socket that the environment names is told how many bytes the main
 * thread has allocated on the heap so far. It costs nothing until somebody asks.
 */
import { createServer } from 'node:net';
import { getHeapStatistics } from 'node:v8';
import { isMainThread } from 'node:worker_threads';

const path = process.env['GATE_ALLOCATION_SOCKET'];
if (isMainThread && path !== undefined) {
  // Children inherit the environment.
  delete process.env['GATE_ALLOCATION_SOCKET'];
  createServer((socket) => {
    socket.on('error', () => undefined).end(String(getHeapStatistics().total_allocated_bytes));
  })
    .listen(path)
    .unref();
}
