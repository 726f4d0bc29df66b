import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { Answer } from '../answers.ts';
import type { FloorOrder } from '../floors.ts';

/** @property bytes the body, where it is held in memory: that of a manifest */
export type Ready = Answer & { bytes?: Buffer };

type Create = (
  answers: ReadonlyMap<string, Ready>,
  tls: { cert: Buffer; key: Buffer } | undefined,
) => Server | TlsServer;

/** Gets the order from who has started us, serves what `create` makes of it, and tells the port. We end with them. */
export function answering(create: Create): void {
  process.on('disconnect', () => process.exit());
  process.once('message', (order: FloorOrder) => void serve(order, create));
}

async function serve({ answers, keepAliveMs, tls }: FloorOrder, create: Create): Promise<void> {
  const ready = await Promise.all(
    answers.map(async (answer) => [answer.path, await readied(answer)] as const),
  );
  const pem = tls && { cert: await readFile(tls.cert), key: await readFile(tls.key) };
  const server = create(new Map(ready), pem);
  server.keepAliveTimeout = keepAliveMs;
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    process.send?.(typeof address === 'object' ? address?.port : undefined);
  });
}

async function readied(answer: Answer): Promise<Ready> {
  return answer.path.includes('/manifests/') ? { ...answer, bytes: await readFile(answer.file) } : answer;
}
