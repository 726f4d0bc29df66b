import { receive } from '../../../src/cli/request.ts';
import { adminOf } from '../foundation/admin-of.ts';
import { poisson } from '../workload/arrivals.ts';
import { referenceOf } from '../workload/reference-of.ts';
import { attack as attackOn, type Attacked } from './attackers.ts';
import { bounded } from './bounded.ts';
import { giveUpMs, measure, note, promise } from './measure.ts';
import { onlyHeads } from './promises.ts';
import { repeated } from './repeated.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';
import { bringUp } from './theatre.ts';

/** More than sockets hold, so that a slow reader is felt. */
const rootfsBytes = 16_000_000;

/** How long each half lasts. */
const seconds = 10;

/** Some guess passwords, some ask for nonsense, some read slowly, and the fleet goes on. */
export const attack: Scenario = {
  name: 'attack',
  play: async (theatre) => {
    const { part, notes } = bounded(theatre.setting.workload);
    const stage = await theatre.open({ workload: part, rootfsBytes, bcryptCost: 10 });
    await bringUp(stage);
    const { perSecond } = theatre.setting;
    const instances = repeated(stage.instances, perSecond * seconds).slice(0, perSecond * seconds);
    const starts = stage.starts(poisson(perSecond, part.seed), instances);
    const run = () => stage.fleet.run(starts, { giveUpMs });
    const before = await measure(
      stage,
      { name: 'attack: before', what: 'Instances start again where they ran, and nobody disturbs them.' },
      run,
    );
    const attackers = attackOn({ ...stage.registry, layer: await layerOf(stage) });
    const during = await measure(
      stage,
      {
        name: 'attack: under way',
        what: 'The same starts, while others guess passwords, ask for what is not there, and read slowly.',
      },
      run,
    ).finally(attackers.stop);
    const attacked = await attackers.ended;
    const rate = `${perSecond} starts a second in the mean, of containers whose images are on their nodes`;
    return [
      note(promise(before, onlyHeads(before)), ...notes, rate),
      note(
        promise(during, { ...onlyHeads(during), ...turnedAway(attacked) }),
        ...notes,
        rate,
        ...described(attacked),
      ),
    ];
  },
};

/** The path of a layer that is long. */
async function layerOf({ apps, servers }: Stage): Promise<string> {
  const [[app], [server]] = [apps, servers];
  if (app === undefined || server === undefined) throw new Error('There is nothing to read slowly');
  const [repository = '', tag = ''] = referenceOf(app).split(':');
  const path = `/v2/${repository}`;
  const manifest = String(await receive(adminOf(server), `${path}/manifests/${tag}`));
  const { layers } = JSON.parse(manifest) as { layers: { digest: string }[] };
  return `${path}/blobs/${layers[0]?.digest ?? ''}`;
}

/** 429: too many at once. */
function turnedAway(attacked: Attacked): Record<string, boolean> {
  const only = (name: keyof Attacked, ...statuses: string[]): boolean =>
    Object.keys(attacked[name]).every((status) => statuses.includes(status));
  return {
    'wrong passwords are turned away': only('wrong passwords', '401', '429'),
    'unknown names are not found': only('unknown names', '404'),
    'malformed references are refused': only('malformed references', '400', '404'),
  };
}

function described(attacked: Attacked): string[] {
  return [
    'the attackers are bounded, so that two cores have time for others: the facade takes longer for guesses than they do, as bcrypt makes it',
    ...Object.entries(attacked).map(([name, answers]) => {
      const told = Object.entries(answers).map(([answer, times]) => `${times} × ${answer}`);
      return `${name}: ${told.join(', ') || 'none'}`;
    }),
  ];
}
