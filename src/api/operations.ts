import { dropletOperations } from './droplet-operations.ts';
import { facadeOperations } from './facade-operations.ts';
import { imageOperations } from './image-operations.ts';
import type { Operation } from './operation.ts';
import { rollOperations } from './roll-operations.ts';
import { rootfsOperations } from './rootfs-operations.ts';
import { stackOperations } from './stack-operations.ts';

/** All that the admin API does, by name. Routes, the CLI, the OpenAPI document and the tests are made from it. */
export const operations = {
  ...stackOperations,
  ...rootfsOperations,
  ...dropletOperations,
  ...imageOperations,
  ...rollOperations,
  ...facadeOperations,
};

/** The same in groups, for people. */
export const groups: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  Stacks: stackOperations,
  'Rootfs versions': rootfsOperations,
  Droplets: dropletOperations,
  Images: imageOperations,
  Rolls: rollOperations,
  Facade: facadeOperations,
};
