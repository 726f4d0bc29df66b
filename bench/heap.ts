import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import type { Owner } from '../test/helpers/owner.ts';
import { tempDir } from '../test/helpers/temp.ts';

/**
 * Bytes of a server's main thread: `allocated` on its heap since it began, and `live` there and in buffers, once what nobody uses
 * is collected, which stops the server for as long as that takes.
 */
export type HeapFigure = 'allocated' | 'live';

export type Heap = {
  /** with it a server of Node tells of its heap, and has no other `NODE_OPTIONS` but ours */
  env: { BENCH_HEAP_SOCKET: string; NODE_OPTIONS: string };
  read: (figure: HeapFigure) => Promise<number>;
};

const hook = pathToFileURL(join(import.meta.dirname, 'heap-process.ts')).href;

/** For one server that is not started yet. @param options of Node, for it alone */
export async function heapOf(owner: Owner, options = ''): Promise<Heap> {
  const path = join(await tempDir(owner), 'heap');
  const { NODE_OPTIONS: own = '' } = process.env;
  return {
    env: { BENCH_HEAP_SOCKET: path, NODE_OPTIONS: `${own} --import ${hook} ${options}` },
    read: async (figure) => {
      const socket = connect(path);
      socket.write(figure);
      const answer = await text(socket);
      if (answer === '') throw new Error(`The server told nothing about ${figure}`);
      return Number(answer);
    },
  };
}
