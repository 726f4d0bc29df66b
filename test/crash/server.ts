import { join } from 'node:path';
import { atEnd, type Owner } from '../helpers/owner.ts';
import { start, type Running } from '../helpers/start.ts';

/** The program as it is installed. */
export const dropstack = join(import.meta.dirname, '..', '..', 'src', 'dropstack.js');

export type Server = Running & {
  url: string;
  /** kill -9, and the end of it */
  crash: () => Promise<void>;
};

/** A `dropstack serve` of its own process. It ends by kill -9, with its owner or before. */
export async function startServer(owner: Owner, data: string, ...flags: string[]): Promise<Server> {
  const args = [dropstack, 'serve', '--listen', '127.0.0.1:0', '--data', data, ...flags];
  const running = start(owner, process.execPath, args);
  const crash = async (): Promise<void> => {
    running.kill('SIGKILL');
    await running.ended;
  };
  atEnd(owner, crash);
  const [, url = ''] = await running.logged(/"url":"(http:[^"]+)"/);
  return { ...running, url, crash };
}
