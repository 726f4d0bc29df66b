import { request, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import type { StatusReport } from '../../../src/rollout/drive/status-report.ts';
import { listen } from '../../helpers/listen.ts';
import type { Owner } from '../../helpers/owner.ts';
import { newer, older, stack } from './world.ts';

export type Order = { order: string; version?: string; roll?: string; wave?: string; dryRun?: boolean };

export type StandIn = {
  url: string;
  report: StatusReport;
  /** why nothing is heard of the cluster, from then on */
  away: string | undefined;
  /** stacks that the facade cannot read, from then on */
  unreadable: { stack: string; why: string }[];
  /** all that was told to the roll, trials too */
  orders: Order[];
  /** what an order answers instead, from then on */
  refuse: (message: string | undefined) => void;
};

/** A facade that shows and drives a roll which this test makes up; all else is answered by the real one behind it. */
export async function startStandIn(owner: Owner, behind: string): Promise<StandIn> {
  const orders: Order[] = [];
  let refused: string | undefined;
  const standIn: Omit<StandIn, 'url'> = {
    report: halted(),
    away: undefined,
    unreadable: [],
    orders,
    refuse: (message) => (refused = message),
  };
  const answerOrder = async (
    asked: IncomingMessage,
    send: (status: number, body: object) => void,
  ): Promise<void> => {
    const order = (await json(asked)) as Order;
    orders.push(order);
    if (refused !== undefined) send(409, { errors: [{ code: 'CONFLICT', message: refused }] });
    else
      send(200, {
        said: `Roll r-7 would ${order.order}${order.version ?? ''}`,
        by: 'admin',
        roll: 'r-7',
        ...(order.order === 'approve' && { wave: 'tenth' }),
      });
  };
  const host = await listen(owner, (asked, response) => {
    const send = (status: number, body: object): void => {
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    };
    const { report, away, unreadable } = standIn;
    if (asked.url === '/api/v1/rolls')
      send(200, { access: true, rolls: [report], unreadable, ...(away && { away }) });
    else if (asked.method === 'POST' && asked.url === `/api/v1/stacks/${stack}/roll/orders`) {
      void answerOrder(asked, send);
    } else
      forward(asked, behind)
        .on('response', (answer: IncomingMessage) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
          response.once('close', () => answer.destroy());
        })
        .on('error', () => response.destroy());
  });
  return Object.assign(standIn, { url: `http://${host}` });
}

function forward(asked: IncomingMessage, behind: string) {
  const { method, url = '/', headers } = asked;
  return asked.pipe(request(new URL(url, behind), { method, headers }));
}

/** A roll that stopped by its failures in the second of three waves. */
function halted(): StatusReport {
  const none = { apps: 0, waiting: 0, moving: 0, done: 0, failed: 0, skipped: 0 };
  return {
    stack,
    version: newer,
    phase: 'Halted',
    message: '4 apps failed, more than the budget of 3: nothing more begins',
    pending: false,
    planned: [12, 3988, 36000],
    secondsLeft: 5400,
    roll: {
      id: 'r-7',
      kind: 'roll',
      from: older,
      to: newer,
      asked: newer,
      startedAt: ago(42),
      waves: [
        {
          name: 'canary',
          approval: true,
          counts: { ...none, apps: 12, done: 12 },
          startedAt: ago(42),
          settledAt: ago(36),
          approvedAt: ago(30),
          approvedBy: 'admin',
          finishedAt: ago(30),
        },
        {
          name: 'tenth',
          percent: 10,
          counts: { apps: 3988, waiting: 1200, moving: 84, done: 2690, failed: 4, skipped: 10 },
          startedAt: ago(30),
        },
        { name: 'all', counts: none },
      ],
      counts: { apps: 4000, waiting: 1200, moving: 84, done: 2702, failed: 4, skipped: 10 },
      failures: ['one', 'two', 'three', 'four'].map((name, index) => ({
        guid: `app-${name}`,
        reason:
          'libm.so.6: cannot open shared object file; the container ended with exit code 127, three times',
        at: ago(10 - index),
        wave: 1,
      })),
      acknowledged: 0,
    },
  };
}

/** A time so many minutes back. */
function ago(minutes: number): string {
  return new Date(Date.now() - minutes * 60_000).toISOString();
}
