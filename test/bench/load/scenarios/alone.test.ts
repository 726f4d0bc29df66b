import { attack } from '../../../../bench/load/scenarios/attack.ts';
import { hot } from '../../../../bench/load/scenarios/hot.ts';
import { lostReplica } from '../../../../bench/load/scenarios/lost-replica.ts';
import { slowStore } from '../../../../bench/load/scenarios/slow-store.ts';
import { testWith } from '../../../helpers/test-with.ts';
import { play, tiny } from './play.ts';

const withServer = testWith('setpriv');
const withStore = testWith('setpriv', 'setfattr', 'versitygw');

withServer('what every node wants at once is converted once', async (t) => {
  const { wrong, pulls, conversions } = (await play(t, [hot]))('hot');
  t.is(wrong, undefined, wrong?.join('; '));
  t.like(pulls, { wanted: tiny.nodes, done: tiny.nodes });
  t.is(conversions, 1);
});

withStore('a slow store delays what is new, and nothing that is there', async (t) => {
  const reportOf = await play(t, [slowStore]);
  const [first, again] = [reportOf('slow-store: cold'), reportOf('slow-store: warm')];
  for (const { wrong } of [first, again]) t.is(wrong, undefined, wrong?.join('; '));
  t.is(first.conversions, tiny.apps);
  // Source, layer and record at the least come from there or go there, each 40 ms late.
  t.true(
    first.kinds['manifest-head'].firstByte.max > 120,
    `${first.kinds['manifest-head'].firstByte.max} ms`,
  );
  t.is(again.bytes.fromStore, 0);
});

withStore('a replica that dies costs no start', async (t) => {
  const { wrong, pulls, notes } = (await play(t, [lostReplica]))('lost-replica');
  t.is(wrong, undefined, wrong?.join('; '));
  t.like(pulls, { wanted: tiny.instances, done: tiny.instances, failed: 0 });
  t.true(notes.some((note) => note.startsWith('1 replica was lost')));
});

withServer('attackers are turned away, and nodes get what they want', async (t) => {
  const reportOf = await play(t, [attack]);
  const [before, during] = [reportOf('attack: before'), reportOf('attack: under way')];
  for (const { wrong, pulls } of [before, during]) {
    t.is(wrong, undefined, wrong?.join('; '));
    t.like(pulls, { wanted: 200, done: 200 });
  }
  const told = during.notes.join('\n');
  t.regex(told, /wrong passwords: \d+ × 401$/m);
  t.regex(told, /unknown names: \d+ × 404$/m);
  t.regex(told, /malformed references: \d+ × 400$/m);
  t.regex(told, /slow readers: 40 × 200$/m);
});
