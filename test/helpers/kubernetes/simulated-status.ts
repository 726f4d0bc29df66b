/** What a container does, as the API names it. */
export type ContainerState =
  | { waiting: { reason: string; message?: string } }
  | { running: { startedAt: string } }
  | { terminated: Terminated };

type Terminated = { exitCode: number; reason: string; startedAt: string; finishedAt: string };

export type ContainerLife = {
  name: string;
  image: string;
  imageId: string;
  containerId: string;
  restarts: number;
  isReady: boolean;
  state: ContainerState;
  last?: { terminated: Terminated };
};

export type PodLife = {
  ip: string;
  startedAt: string;
  /** whether it has ended when all its containers have, rather than starts them again */
  mayEnd: boolean;
  inits: readonly ContainerLife[];
  containers: readonly ContainerLife[];
  /** when each condition came to be what it is */
  since: Map<string, { status: string; at: string }>;
};

/** The status that a kubelet writes. Only the times of its conditions are kept from one to the next. */
export function podStatus(life: PodLife): object {
  const { ip, startedAt, inits, containers } = life;
  const isInitialised = inits.every(({ state }) => 'terminated' in state && state.terminated.exitCode === 0);
  const isReady = isInitialised && containers.every((container) => container.isReady);
  return {
    phase: phaseOf(life),
    podIP: ip,
    podIPs: [{ ip }],
    startTime: startedAt,
    conditions: [
      condition(life, 'Initialized', isInitialised),
      condition(life, 'ContainersReady', isReady),
      condition(life, 'Ready', isReady),
    ],
    ...(inits.length === 0 ? {} : { initContainerStatuses: inits.map(containerStatus) }),
    containerStatuses: containers.map(containerStatus),
  };
}

/** Now, in whole seconds as the API keeps times. */
export function timestamp(): string {
  return new Date().toISOString().replace(/\.\d+/, '');
}

function phaseOf({ mayEnd, inits, containers }: PodLife): string {
  const exits = [...inits, ...containers].flatMap(({ state }) =>
    'terminated' in state ? [state.terminated.exitCode] : [],
  );
  if (mayEnd && exits.length === inits.length + containers.length)
    return exits.every((code) => code === 0) ? 'Succeeded' : 'Failed';
  const hasStarted = containers.some(({ containerId }) => containerId !== '');
  return hasStarted ? 'Running' : 'Pending';
}

function condition(life: PodLife, type: string, holds: boolean): object {
  const status = holds ? 'True' : 'False';
  const before = life.since.get(type);
  const since = before?.status === status ? before : { status, at: timestamp() };
  life.since.set(type, since);
  return { type, status, lastTransitionTime: since.at };
}

function containerStatus(container: ContainerLife): object {
  const { name, image, imageId, containerId, restarts, isReady, state, last } = container;
  return {
    name,
    image,
    imageID: imageId,
    ...(containerId === '' ? {} : { containerID: containerId }),
    restartCount: restarts,
    ready: isReady,
    started: 'running' in state,
    state,
    ...(last === undefined ? {} : { lastState: last }),
  };
}
