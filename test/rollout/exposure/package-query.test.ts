import test from 'ava';
import fc from 'fast-check';
import { isFailure } from '../../../src/errors.ts';
import type { Package } from '../../../src/rootfs/contents/contents.ts';
import { packagesOf, parsePackageQuery } from '../../../src/rollout/exposure/package-query.ts';

const libssl: Package = {
  name: 'libssl3',
  version: '3.0.2-0ubuntu1.19',
  architecture: 'amd64',
  manager: 'dpkg',
  source: 'openssl',
};
const binary: Package = {
  name: 'libgcc-s1',
  version: '12.3.0-1ubuntu1~22.04',
  architecture: 'amd64',
  manager: 'dpkg',
  source: 'gcc-12',
  sourceVersion: '12.2.0-1',
};
const rpm: Package = { name: 'openssl', version: '3.0.2-1', architecture: 'x86_64', manager: 'rpm' };
const packages = [libssl, binary];

function found(text: string, list: readonly Package[] = packages): string[] | undefined {
  return packagesOf({ packages: [...list] }, parsePackageQuery(text))?.map(({ name }) => name);
}

test('a package is meant by its own name and version, in the order of Debian', (t) => {
  t.deepEqual(found('libssl3<3.0.2-0ubuntu1.20'), ['libssl3']);
  t.deepEqual(found('libssl3 < 3.0.2-0ubuntu1.9'), []);
  t.deepEqual(found('libssl3<3.0.2-0ubuntu1.19'), []);
  t.deepEqual(found('libssl3<=3.0.2-0ubuntu1.19'), ['libssl3']);
  t.deepEqual(found('libssl3=0:3.0.2-0ubuntu1.19'), ['libssl3']);
  t.deepEqual(found('libssl3>=3.0.2'), ['libssl3']);
  t.deepEqual(found('libssl3>3.0.2~rc1'), ['libssl3']);
  t.deepEqual(found('libssl3>1:0'), []);
  t.deepEqual(found('libssl3'), ['libssl3']);
  t.deepEqual(found('libssl'), []);
});

test('or by those of the source that it was built from', (t) => {
  t.deepEqual(found('openssl<3.0.2-0ubuntu1.20'), ['libssl3']);
  t.deepEqual(found('gcc-12<12.3'), ['libgcc-s1']);
  t.deepEqual(found('libgcc-s1<12.3'), []);
});

test('nobody knows of a rootfs without packages; what Debian has no order for is not guessed', (t) => {
  t.is(found('libssl3', []), undefined);
  t.deepEqual(found('openssl=3.0.2-1', [rpm]), ['openssl']);
  t.deepEqual(found('openssl', [rpm]), ['openssl']);
  t.throws(() => found('openssl<4', [rpm]), { message: /package of rpm/ });
});

test('what was written is read, and all else refused', (t) => {
  const name = fc.stringMatching(/^[a-z0-9][a-z0-9+.-]{0,20}$/);
  const version = fc.stringMatching(/^[0-9][A-Za-z0-9.+~:-]{0,20}$/);
  const operator = fc.constantFrom('<', '<=', '=', '>=', '>');
  fc.assert(
    fc.property(name, operator, version, (a, b, c) => {
      t.deepEqual(parsePackageQuery(a + b + c), { name: a, operator: b, version: c });
    }),
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        const query = parsePackageQuery(text);
        t.is([query.name, query.operator ?? '', query.version].join(''), text.replaceAll(/\s/g, ''));
      } catch (error) {
        t.true(isFailure(error, 'invalid'));
      }
    }),
  );
});
