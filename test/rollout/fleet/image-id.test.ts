import test from 'ava';
import { digestOfImageId } from '../../../src/rollout/fleet/image-id.ts';

const hex = 'c'.repeat(64);

for (const [name, imageId, expected] of [
  ['containerd 1.6 and 2', `registry.test/cloudfoundry/guid-1@sha256:${hex}`, `sha256:${hex}`],
  ['another repository', `mirror.test:5000/a/b/c@sha256:${hex}`, `sha256:${hex}`],
  ['docker', `docker-pullable://registry.test/cloudfoundry/guid-1@sha256:${hex}`, `sha256:${hex}`],
  ['docker, by its image', `docker://sha256:${hex}`, `sha256:${hex}`],
  ['an image alone', `sha256:${hex}`, `sha256:${hex}`],
  ['CRI-O', hex, `sha256:${hex}`],
  ['nothing yet', '', undefined],
  ['a name alone', 'registry.test/cloudfoundry/guid-1:latest', undefined],
  ['a digest of another kind', `a@sha512:${hex}${hex}`, undefined],
  ['a digest that is cut', `a@sha256:${hex.slice(1)}`, undefined],
] as const) {
  test(`the digest in an image ID of ${name}`, (t) => {
    const found: string | undefined = digestOfImageId(imageId);
    t.is(found, expected);
  });
}
