import { Readable } from 'node:stream';
import type { FailureCode } from '../../src/errors.ts';
import type { Operator } from '../../src/operator/operator.ts';

/** What fails, how, and with which words. `files` are paths of a file that is no tar, and of a small rootfs. */
type Bad = {
  name: string;
  code: FailureCode;
  message: RegExp;
  act: (operator: Operator, files: { garbage: string; rootfs: string }) => Promise<unknown>;
};

const no1 = '0'.repeat(40);
const no256 = `sha256:${'0'.repeat(64)}`;
const droplet = (): Readable => Readable.from([Buffer.from('some droplet')]);
const put = (operator: Operator, guid: string, hash: string, stack?: string): Promise<unknown> =>
  operator.droplets.put(guid, hash, droplet(), { wait: true, stack });

const badNames = [
  '',
  '.',
  '..',
  'a/b',
  '../../etc',
  'UPPER',
  'cloudfoundry',
  '%2e',
  'a b',
  'a?b',
  'a#b',
  '__proto__',
];

/** Wrong calls of every method, on a store with version 1.0 of cflinuxfs4, which is promoted. */
export const badInput: Bad[] = [
  ...badNames.flatMap((text): Bad[] => [
    invalid(`stack ${text}`, /cannot be a stack's name/, ({ rootfs }) => rootfs.stack(text)),
    invalid(`stack ${text} of versions`, /a stack's name/, ({ rootfs }) => rootfs.versions(text)),
    invalid(`stack ${text} of a version`, /a stack's name/, ({ rootfs }) => rootfs.version(text, '1')),
    invalid(`stack ${text} to place in`, /a stack's name/, ({ rootfs }) => rootfs.place(text, {})),
    invalid(`stack ${text} to put for`, /a stack's name/, (all) => put(all, 'some-guid', no1, text)),
    invalid(`stack ${text} to assign`, /stack's name/, ({ droplets }) => droplets.assignStack('guid', text)),
  ]),
  ...['', '.', '..', 'a/b', '../x', 'x'.repeat(64), 'a b', '-1'].flatMap((text): Bad[] => [
    invalid(`version ${text}`, /cannot be a version/, ({ rootfs }) => rootfs.version('cflinuxfs4', text)),
    invalid(`version ${text}, contents`, /a version/, ({ rootfs }) => rootfs.contents('cflinuxfs4', text)),
    invalid(`version ${text} to promote`, /a version/, ({ rootfs }) => rootfs.promote('cflinuxfs4', text)),
    invalid(`version ${text} to retire`, /a version/, ({ rootfs }) => rootfs.retire('cflinuxfs4', text)),
    invalid(`version ${text} in use`, /a version/, ({ rootfs }) =>
      rootfs.markInUse('cflinuxfs4', 'some-holder', ['1.0', text]),
    ),
    invalid(`holder ${text}`, /a holder's name/, ({ rootfs }) => rootfs.markInUse('cflinuxfs4', text, [])),
    invalid(`version ${text} to place`, /a version/, (all) => place(all, 'some-guid', text)),
    invalid(`version ${text} to import`, /a version/, ({ rootfs }, files) =>
      rootfs.import('cflinuxfs4', text, files.rootfs, {}),
    ),
  ]),
  ...['', '.', '..', 'abc', 'a/b/c', 'rootfs', 'UPPER', '../../../etc'].flatMap((text): Bad[] => [
    invalid(`guid ${text}`, /cannot be a droplet's guid/, ({ droplets }) => droplets.get(text, no1)),
    invalid(`guid ${text} to list`, /droplet's guid/, ({ droplets }) => droplets.list(text)),
    invalid(`guid ${text} to put`, /droplet's guid/, (all) => put(all, text, no1)),
    invalid(`guid ${text} to remove`, /droplet's guid/, ({ droplets }) => droplets.remove(text, no1)),
    invalid(`guid ${text} to verify`, /droplet's guid/, ({ droplets }) => droplets.verify(text, no1)),
    invalid(`guid ${text} to assign`, /droplet's guid/, (all) => all.droplets.assignStack(text, 'fs')),
    invalid(`guid ${text} to place`, /droplet's guid/, (all) => place(all, text, '1.0')),
    invalid(`guid ${text} to identify`, /droplet's guid/, ({ images }) => images.identify(text, no256)),
  ]),
  ...['', '..', 'abc', no1.slice(1), 'A'.repeat(40), 'latest'].flatMap((text): Bad[] => [
    invalid(`hash ${text}`, /cannot be a droplet's hash/, ({ droplets }) => droplets.get('guid', text)),
    invalid(`hash ${text} to put`, /droplet's hash/, (all) => put(all, 'some-guid', text)),
    invalid(`hash ${text} to remove`, /droplet's hash/, ({ droplets }) => droplets.remove('guid', text)),
    invalid(`hash ${text} to verify`, /droplet's hash/, ({ droplets }) => droplets.verify('guid', text)),
  ]),
  ...['', 'sha256:', 'sha256:abc', '..', 'sha256:../../x'].map((text) =>
    invalid(`digest ${text}`, /Malformed digest/, ({ images }) => images.identify('some-guid', text)),
  ),
  ...[
    '',
    'cloudfoundry/guid',
    ':tag',
    'cloudfoundry/guid@sha256:abc',
    'UP/guid:tag',
    'cloudfoundry/some-guid:a b',
  ].map((text) => invalid(`reference ${text}`, /reference|Malformed/, ({ images }) => images.show(text))),

  absent('a stack', /No stack nobodys/, ({ rootfs }) => rootfs.stack('nobodys')),
  absent('a stack to place in', /No stack nobodys/, ({ rootfs }) => rootfs.place('nobodys', {})),
  absent('a stack to mark', /No stack nobodys/, ({ rootfs }) => rootfs.markInUse('nobodys', 'some', ['1'])),
  absent('a version', /No version 9 of/, ({ rootfs }) => rootfs.version('cflinuxfs4', '9')),
  absent('contents', /No version 9 of/, ({ rootfs }) => rootfs.contents('cflinuxfs4', '9')),
  absent('a version to promote', /No version 9 of/, ({ rootfs }) => rootfs.promote('cflinuxfs4', '9')),
  absent('a version to retire', /No version 9 of/, ({ rootfs }) => rootfs.retire('cflinuxfs4', '9')),
  absent('a version to place on', /No version 9 of/, (all) => place(all, 'some-guid', '9')),
  absent('a droplet', /No droplet nobodys\/0+$/, ({ droplets }) => droplets.get('nobodys', no1)),
  absent('a droplet to remove', /No droplet/, ({ droplets }) => droplets.remove('nobodys', no1)),
  absent('a droplet to verify', /No droplet/, ({ droplets }) => droplets.verify('nobodys', no1)),
  absent('a digest', /No image nobodys@sha256:0+ /, ({ images }) => images.identify('nobodys', no256)),
  absent('another algorithm', /No image/, ({ images }) =>
    images.identify('nobodys', `sha512:${'0'.repeat(128)}`),
  ),
  absent('a tag', /No droplet nobodys/, ({ images }) => images.show(`cloudfoundry/nobodys:${no1}`)),
  absent('a manifest', /No image/, ({ images }) => images.show(`cloudfoundry/nobodys@${no256}`)),
  absent('a repository', /No repository/, ({ images }) => images.show('some/strange/name:tag')),
  absent('a rootfs', /never imported/, ({ images }) => images.show('cflinuxfs4/rootfs:9')),

  {
    name: 'a generation that has passed',
    code: 'conflict',
    message: /is at generation \d+, not at 999/,
    act: ({ rootfs }) => rootfs.place('cflinuxfs4', { 'some-guid': '1.0' }, 999),
  },
  {
    name: 'retiring what is promoted',
    code: 'conflict',
    message: /it is promoted/,
    act: ({ rootfs }) => rootfs.retire('cflinuxfs4', '1.0'),
  },
  {
    name: 'other bytes under a version',
    code: 'conflict',
    message: /exists with other content/,
    act: ({ rootfs }, files) => rootfs.import('cflinuxfs4', '1.0', files.rootfs, {}),
  },
  {
    name: 'a rootfs with another hash',
    code: 'mismatch',
    message: /hashes to [0-9a-f]{64}, not to the announced 0+/,
    act: ({ rootfs }, files) => rootfs.import('cflinuxfs4', '2', files.rootfs, { sha256: no256 }),
  },
  {
    name: 'a droplet with another hash',
    code: 'mismatch',
    message: /hash to [0-9a-f]{40}, not to the announced 0+/,
    act: (all) => put(all, 'some-guid', no1),
  },
  invalid('a rootfs that is none', /Cannot import .*: it is no tar/, ({ rootfs }, files) =>
    rootfs.import('cflinuxfs4', '2', files.garbage, {}),
  ),
  invalid('a rootfs that is not there', /Cannot import .*: there is no such file/, ({ rootfs }, files) =>
    rootfs.import('cflinuxfs4', '2', `${files.garbage}.gone`, {}),
  ),
  invalid('a SHA-256 that is none', /no SHA-256/, ({ rootfs }, files) =>
    rootfs.import('cflinuxfs4', '2', files.rootfs, { sha256: 'abc' }),
  ),
];

function place({ rootfs }: Operator, guid: string, version: string): Promise<unknown> {
  return rootfs.place('cflinuxfs4', { [guid]: version });
}

function invalid(name: string, message: RegExp, act: Bad['act']): Bad {
  return { name, code: 'invalid', message, act };
}

function absent(name: string, message: RegExp, act: Bad['act']): Bad {
  return { name: `${name} that is not there`, code: 'not-found', message, act };
}
