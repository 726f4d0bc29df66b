/** What the views ask for costs: as much of a small fleet as of a larger one. */
import test from 'ava';
import type { Facade } from '../../src/facade.ts';
import type { Owner } from '../helpers/owner.ts';
import { writeFleet } from '../helpers/fleet-records.ts';
import { tinyRootfs } from '../helpers/tiny.ts';
import { stack, startFacade } from '../protocol/facade.ts';
import { ask } from '../protocol/request.ts';

/** Bytes that are answered and that are read of the own store; requests to it and to the sources. */
type Cost = { bytes: number; read: number; requests: number };

/** Some depend on how long ago something was looked at; for each app it would be more. */
const fewRequests = 30;
/** The larger fleet's placements alone are more. */
const fewBytes = 5_000;

/** What each view asks for, of an app that is refused. */
const asks = ([guid = '']: string[]): Record<string, string> => ({
  versions: '/rootfs',
  'versions of a stack': `/stacks/${stack}/rootfs`,
  'an app': `/droplets?guid=${guid}`,
  'refused by rule': '/refused/rules',
  'a page of refused': '/refused?skip=25&limit=25',
  'a page of the log': '/audit?limit=25',
});

test('what a view asks for is no longer and asks no more of the store where the fleet is larger', async (t) => {
  const small = await costs(t, 60, 52);
  const large = await costs(t, 240, 208);
  for (const [name, { bytes, read, requests }] of Object.entries(large)) {
    const before = small[name] ?? { bytes: 0, read: 0 };
    // Numbers grow by a digit.
    t.true(bytes <= before.bytes + 10, `${name}: ${bytes} bytes after ${before.bytes}`);
    t.true(read <= before.read + fewBytes, `${name}: ${read} bytes read after ${before.read}`);
    t.true(requests <= fewRequests, `${name}: ${requests} requests`);
  }
  t.true((large['an app']?.bytes ?? 0) > 100, 'it was answered');
});

/** What each costs when it is asked for again: records are read once. */
async function costs(owner: Owner, apps: number, refused: number): Promise<Record<string, Cost>> {
  const { url, facade, operator, data } = await startFacade(owner);
  await operator.rootfs.import(stack, '1', await tinyRootfs(owner, 'one'), {});
  await operator.rootfs.promote(stack, '1');
  const guids = await writeFleet(data, stack, { apps, refused });
  await operator.rootfs.place(stack, Object.fromEntries(guids.map((guid) => [guid, '1'])));
  const found: Record<string, Cost> = {};
  for (const [name, path] of Object.entries(asks(guids))) {
    const first = await ask(`${url}/api/v1${path}`);
    if (first.status !== 200) throw new Error(`${path}: ${first.status} ${first.body.toString()}`);
    const [before, readBefore] = [requestsTo(facade), facade.moved.own.bytesRead];
    const { body } = await ask(`${url}/api/v1${path}`);
    const [requests, read] = [requestsTo(facade) - before, facade.moved.own.bytesRead - readBefore];
    found[name] = { bytes: body.length, read, requests };
  }
  return found;
}

function requestsTo({ moved }: Facade): number {
  const all = [moved.own, moved.sources].flatMap(({ requests }) => Object.values(requests));
  return all.reduce((sum, times) => sum + times, 0);
}
