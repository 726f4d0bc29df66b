import type { Socket } from 'node:net';

/** What one side ends or resets, the other side sees ended or reset. @param sockets has those that are open */
export function joinSockets(client: Socket, upstream: Socket, sockets: Set<Socket>): void {
  for (const [socket, other] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    sockets.add(socket);
    socket.pipe(other);
    socket.on('error', () => other.resetAndDestroy());
    socket.on('close', () => {
      sockets.delete(socket);
      other.destroySoon();
    });
    if (socket.destroyed) other.destroy();
  }
}
