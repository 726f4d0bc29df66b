import test from 'ava';
import fc from 'fast-check';
import { parseImage } from '../../../src/rollout/fleet/parse-image.ts';

const registries = new Set(['registry.example.org', '127.0.0.1:31666']);
const hash = 'a'.repeat(40);
const digest = `sha256:${'b'.repeat(64)}`;

for (const [image, expected] of [
  [
    `registry.example.org/cloudfoundry/guid-1:${hash}`,
    { guid: 'guid-1', stack: undefined, reference: { hash, pinned: undefined } },
  ],
  [
    `127.0.0.1:31666/cflinuxfs4/guid-1:${hash}`,
    { guid: 'guid-1', stack: 'cflinuxfs4', reference: { hash, pinned: undefined } },
  ],
  [
    `127.0.0.1:31666/cflinuxfs4/guid-1:${hash}-1.268.0`,
    { guid: 'guid-1', stack: 'cflinuxfs4', reference: { hash, pinned: '1.268.0' } },
  ],
  [
    `registry.example.org/cloudfoundry/guid-1@${digest}`,
    { guid: 'guid-1', stack: undefined, reference: { digest } },
  ],
  [
    `registry.example.org/cloudfoundry/guid-1:${hash}@${digest}`,
    { guid: 'guid-1', stack: undefined, reference: { digest } },
  ],
  [`elsewhere.example.org/cloudfoundry/guid-1:${hash}`, undefined],
  [`cloudfoundry/guid-1:${hash}`, undefined],
  ['registry.example.org/cflinuxfs4/rootfs:1.0', undefined],
  ['registry.example.org/library/a/b:1.0', undefined],
  ['registry.example.org/cloudfoundry/guid-1:latest', undefined],
  ['registry.example.org/cloudfoundry/guid-1', undefined],
  ['', undefined],
] as const) {
  test(`${image || 'no image'} is ${expected === undefined ? 'none of ours' : 'a droplet'}`, (t) => {
    t.deepEqual(parseImage(image, registries), expected);
  });
}

test('no image makes it fail, and one of ours is found with any guid and version', (t) => {
  const word = fc.stringMatching(/^[a-z0-9]{4,12}$/).filter((guid) => guid !== 'rootfs');
  const version = fc.option(fc.stringMatching(/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,20}$/), { nil: undefined });
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      t.is(parseImage(text, new Set()), undefined);
      parseImage(`registry.example.org/${text}`, registries);
    }),
  );
  fc.assert(
    fc.property(word, version, (guid, pinned) => {
      const tag = pinned === undefined ? hash : `${hash}-${pinned}`;
      const found = parseImage(`registry.example.org/cloudfoundry/${guid}:${tag}`, registries);
      t.deepEqual(found, { guid, stack: undefined, reference: { hash, pinned } });
    }),
  );
});
