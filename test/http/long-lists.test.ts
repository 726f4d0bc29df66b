/** A list that is sent piece by piece is JSON like any other. */
import test from 'ava';
import { z } from 'zod';
import { dropletSummary } from '../../src/api/answers.ts';
import { writeFleet } from '../helpers/fleet-records.ts';
import { stack, startFacade } from '../protocol/facade.ts';
import { ask } from '../protocol/request.ts';

for (const apps of [500, 1_001]) {
  test(`all of ${apps} droplets are told, by name`, async (t) => {
    const { url, data } = await startFacade(t);
    const guids = await writeFleet(data, stack, { apps, refused: 1 });
    const { status, headers, body } = await ask(`${url}/api/v1/droplets`);
    t.is(status, 200);
    t.is(headers['content-type'], 'application/json');
    const told = z.array(dropletSummary).parse(JSON.parse(body.toString()));
    t.deepEqual(
      told.map(({ guid }) => guid),
      guids.toSorted(),
    );
    t.is(told.filter(({ state }) => state === 'refused').length, 1);
    const head = await ask(`${url}/api/v1/droplets`, { method: 'HEAD' });
    t.deepEqual([head.status, head.body.length], [200, 0]);
  });
}
