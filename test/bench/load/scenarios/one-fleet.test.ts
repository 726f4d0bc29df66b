import { bump } from '../../../../bench/load/scenarios/bump.ts';
import { cold } from '../../../../bench/load/scenarios/cold.ts';
import { drain } from '../../../../bench/load/scenarios/drain.ts';
import { keptDroplets } from '../../../../bench/load/foundation/kept-droplets.ts';
import { warm } from '../../../../bench/load/scenarios/warm.ts';
import { testWith } from '../../../helpers/test-with.ts';
import { play, tiny } from './play.ts';

const withServer = testWith('setpriv');

withServer('a fleet comes up, starts again, loses nodes, and gets another rootfs', async (t) => {
  const reportOf = await play(t, [cold, warm, drain, bump]);
  const { apps } = await keptDroplets(tiny);
  for (const name of ['cold', 'warm', 'drain', 'bump']) {
    const { wrong, pulls } = reportOf(name);
    t.is(wrong, undefined, `${name}: ${wrong?.join('; ')}`);
    t.true(pulls.wanted > 0);
    t.like(pulls, { done: pulls.wanted, failed: 0 });
  }

  const first = reportOf('cold');
  t.is(first.pulls.wanted, tiny.instances);
  t.is(first.conversions, tiny.apps);
  t.is(
    first.bytes.fromSource,
    apps.reduce((sum, { size }) => sum + size, 0),
  );

  const again = reportOf('warm');
  t.is(again.kinds['manifest-head'].requests, again.pulls.wanted);
  for (const kind of ['manifest-get', 'config', 'layer'] as const) t.is(again.kinds[kind].requests, 0, kind);

  // One node of three.
  const drained = reportOf('drain');
  t.is(drained.pulls.wanted, tiny.instances / 3);
  t.is(drained.conversions, 0);

  const rolled = reportOf('bump');
  t.is(rolled.pulls.wanted, tiny.instances);
  t.like(rolled, { conversions: 0, bytes: { fromSource: 0 } });
  // Every instance runs another image, and every node has one more rootfs: nothing of a droplet was moved.
  t.true(rolled.kinds['manifest-get'].requests >= tiny.apps);
  t.is(rolled.kinds.layer.requests, tiny.nodes);
  t.true(rolled.kinds.layer.bytes < tiny.nodes * 2_100_000, `${rolled.kinds.layer.bytes}`);
  t.regex(rolled.notes.join('\n'), /before the first wave: 0 conversions, 0 bytes from the source/);
  t.regex(rolled.notes.join('\n'), /of the \d+ of warm/);
});

withServer(
  'a scenario that needs a running fleet brings one up, over TLS and with several processes',
  async (t) => {
    const reportOf = await play(t, [warm], { tls: true, processes: 2 });
    const { wrong, conversions } = reportOf('warm');
    t.is(wrong, undefined, wrong?.join('; '));
    t.is(conversions, 0);
  },
);
