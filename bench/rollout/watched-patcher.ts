import { atEnd, type Owner } from '../../test/helpers/owner.ts';
import { lastingPort } from '../../test/helpers/kubernetes/lasting-port.ts';
import { startPatcher } from '../../test/helpers/kubernetes/start-patcher.ts';
import { scrape, type Samples } from './scrape.ts';

/** V8's bounds, where the whole process is to stay below 512 MiB. */
const bounds = ['--max-old-space-size=304', '--max-semi-space-size=8'];

export type WatchedPatcher = {
  pid: number;
  /** Its metrics. */
  samples: () => Promise<Samples>;
  /** Ends it, and so writes its profile: where `ROLLOUT_PROFILE` names a directory, one of its CPU lies there then. */
  stop: () => Promise<void>;
};

/** Starts a patcher that tells what it does, and waits until it does. */
export async function watchedPatcher(
  owner: Owner,
  kubeconfig: string,
  facade: Parameters<typeof startPatcher>[2],
): Promise<WatchedPatcher> {
  const address = `127.0.0.1:${await lastingPort()}`;
  const profile = process.env['ROLLOUT_PROFILE'];
  const patcher = startPatcher(owner, kubeconfig, facade, {
    own: ['--metrics-listen', address],
    node: [...bounds, ...(profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`])],
  });
  let isWanted = true;
  const watch = async (): Promise<void> => {
    const how = await patcher.ended;
    if (isWanted) throw new Error(`The patcher ended with ${how}:\n${patcher.log().slice(-8000)}`);
  };
  void watch();
  const stop = async (): Promise<void> => {
    isWanted = false;
    await patcher.stop();
  };
  atEnd(owner, stop);
  await patcher.logged(/waiting to lead/);
  return {
    pid: patcher.pid,
    samples: () => scrape(`http://${address}/metrics`),
    stop,
  };
}
