import { atEnd, type Owner } from '../../test/helpers/owner.ts';
import { run } from '../../test/helpers/run.ts';

/** A network namespace whose only way out is a link of a gigabit a second to this machine. */
export type Link = {
  /** This machine's address there. */
  address: string;
  /** What a command is started behind, to be in there. */
  inside: readonly string[];
};

const [address, other, mask] = ['10.213.0.1', '10.213.0.2', 30];

/** Makes the link, one for all processes of ours. Needs root. */
export async function startLink(owner: Owner): Promise<Link> {
  const name = `ds${process.pid}`;
  await ip('netns', 'add', name);
  // Its end of the link goes with it, and so ours.
  atEnd(owner, () => ip('netns', 'delete', name));
  await ip('link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
  await ip('address', 'add', `${address}/${mask}`, 'dev', name);
  await ip('link', 'set', name, 'up');
  await ip('-netns', name, 'address', 'add', `${other}/${mask}`, 'dev', 'eth0');
  await ip('-netns', name, 'link', 'set', 'eth0', 'up');
  await ip('-netns', name, 'link', 'set', 'lo', 'up');
  const shaping = ['tbf', 'rate', '1gbit', 'burst', '256kb', 'latency', '20ms'];
  await run('/sbin/tc', ['qdisc', 'add', 'dev', name, 'root', ...shaping]);
  return { address, inside: ['nsenter', `--net=/run/netns/${name}`] };
}

async function ip(...args: string[]): Promise<void> {
  await run('/sbin/ip', args);
}
