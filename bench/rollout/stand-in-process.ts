/** A cluster and a facade's knowledge of droplets that are larger than two cores could run; ends with who started it. */
import { StandInApi } from './stand-in/api.ts';
import { StandInFacade } from './stand-in/facade.ts';
import { Fleet } from './stand-in/fleet.ts';

/** `stir`: pods a second whose statuses are written beside. */
export type StandInOrder = {
  apps: number;
  stir: number;
  tls: { cert: string; key: string };
  /** of the real facade */
  facade: string;
  /** of the `Stack` */
  spec: object;
};

/** What it has seen so far. */
export type StandInState = {
  moved: number;
  api: Record<string, number>;
  facade: StandInFacade['requests'];
};

process.once('message', (order: StandInOrder) => void start(order));
process.on('disconnect', () => process.exit());

async function start({ apps, stir, tls, facade: real, spec }: StandInOrder): Promise<void> {
  const facade = new StandInFacade(real);
  const fleet = new Fleet(apps, (guid) => facade.resolve(guid));
  const api = new StandInApi(fleet, spec);
  if (stir > 0) setInterval(() => fleet.stir(), 1000 / stir);
  process.on('message', () =>
    process.send?.({ moved: fleet.moved, api: api.requests, facade: facade.requests }),
  );
  process.send?.({ api: await api.listen(tls), facade: await facade.listen() });
}
