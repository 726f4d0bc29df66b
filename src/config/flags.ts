/**
 * The options that the command line and the environment can set, beside the file. `value` stands for theirs in a usage line;
 * `default` is what holds where nobody sets one. Help and completion tell them without the schema, which weighs much more.
 */
export const flags = {
  listen: {
    value: 'address',
    description: 'host:port to listen on, IPv6 in brackets. Without users, only a loopback address.',
    default: '127.0.0.1:8080',
  },
  processes: {
    value: 'number',
    description: 'How many processes serve on one address together, on a machine with more cores.',
    default: 1,
  },
  publicUrl: {
    value: 'url',
    description: 'How clients reach the facade. It is written to the log, and no redirect leads there.',
  },
  data: {
    value: 'directory',
    description:
      'Directory of the own store, and of droplets that are put through the facade. This or store must be given.',
  },
  source: {
    value: 'directory',
    description:
      'Where the droplets of Cloud Controller are, which are only read: a directory, or in the long form S3 or WebDAV.',
  },
  users: {
    value: 'file',
    description: 'htpasswd file with bcrypt hashes. Without it everybody has every role.',
  },
  grants: {
    value: 'file',
    description: 'YAML file with roles and repositories of users.',
  },
  tlsCert: {
    value: 'file',
    description: 'File with the certificate chain in PEM. It goes with tlsKey.',
  },
  tlsKey: {
    value: 'file',
    description: "File with the certificate's key in PEM.",
  },
  kubernetes: {
    value: 'file',
    description:
      'Given, the admin API and the dashboard show and drive the rolls of that cluster: a kubeconfig, or in the file the long form, which may be {}.',
  },
  defaultStack: {
    value: 'name',
    description: 'Stack of droplets that were assigned to none.',
    default: 'cflinuxfs4',
  },
  logLevel: {
    value: 'level',
    description:
      'What is written to standard error, in lines of JSON: trace, debug, info, warn, error or silent.',
    default: 'info',
  },
} as const;
