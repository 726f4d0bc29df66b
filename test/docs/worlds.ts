/**
 * The pages that are run, as they share worlds: those of one leave the next one what it needs. Of each, every command is run
 * that is not marked.
 */
export const worlds = {
  /** where a facade with samples runs, as `npm start` begins it */
  samples: ['README.md', 'docs/api.md'],
  /** each begins where install.md ends */
  installed: [
    ['docs/nodes.md', 'docs/migrate.md', 'docs/rotate.md'],
    ['docs/replicas.md', 'docs/operations.md'],
    ['docs/configuration.md', 'docs/recover.md'],
  ],
  /** beside a cluster, with a part of install.md between them */
  cluster: ['docs/first-bump.md', 'docs/rollouts.md'],
};

/** All of them. */
export const ranPages: readonly string[] = [
  'docs/install.md',
  ...worlds.samples,
  ...worlds.installed.flat(),
  ...worlds.cluster,
];
