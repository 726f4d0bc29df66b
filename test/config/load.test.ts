import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { storeLocation } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { ConfigInput } from '../../src/config/schema.ts';
import { converterStores } from '../../src/convert/job.ts';
import { isFailure } from '../../src/errors.ts';
import { tempDir } from '../helpers/temp.ts';

async function yaml(t: ExecutionContext, text: string): Promise<string> {
  const path = join(await tempDir(t), 'dropstack.yml');
  await writeFile(path, text);
  return path;
}

function fails(t: ExecutionContext, message: RegExp, load: () => unknown): void {
  const error = t.throws(load);
  t.true(isFailure(error, 'invalid'), String(error));
  t.regex(error?.message ?? '', message);
  t.notRegex(error?.message ?? '', /\n/);
}

test('without any option the defaults hold', (t) => {
  const config = loadConfig({}, {});
  t.like(config, {
    listen: '127.0.0.1:8080',
    listenHost: '127.0.0.1',
    listenPort: 8080,
    defaultStack: 'cflinuxfs4',
    logLevel: 'info',
    layer: undefined,
  });
  t.like(config.limits, { holdSeconds: 20, conversions: undefined, droplet: { maxEntries: 1_000_000 } });
  t.true(Object.isFrozen(config));
});

test('flags are over the environment, that over the file, and that over the defaults', async (t) => {
  const file = await yaml(t, 'listen: "127.0.0.1:1"\ndefaultStack: of-file\ndata: of-file\n');
  const environment = { DROPSTACK_DATA: 'of-environment', DROPSTACK_LISTEN: '127.0.0.1:2' };
  const config = loadConfig({ listen: '127.0.0.1:3', data: undefined }, environment, file);
  t.like(config, {
    listen: '127.0.0.1:3',
    data: 'of-environment',
    defaultStack: 'of-file',
    logLevel: 'info',
  });
  t.is(loadConfig({}, { ...environment, DROPSTACK_CONFIG: file }).defaultStack, 'of-file');
});

test('the environment sets every option that a flag sets', (t) => {
  const environment = {
    DROPSTACK_LISTEN: '[::1]:5000',
    DROPSTACK_PUBLIC_URL: 'https://registry.example.org',
    DROPSTACK_DATA: '/data',
    DROPSTACK_SOURCE: '/source',
    DROPSTACK_USERS: '/users',
    DROPSTACK_GRANTS: '/grants',
    DROPSTACK_TLS_CERT: '/cert',
    DROPSTACK_TLS_KEY: '/key',
    DROPSTACK_DEFAULT_STACK: 'other',
    DROPSTACK_LOG_LEVEL: 'warn',
    DROPSTACK_PROCESSES: '3',
  };
  t.like(loadConfig({}, environment), {
    listenHost: '::1',
    listenPort: 5000,
    publicUrl: 'https://registry.example.org',
    data: '/data',
    source: { directory: '/source' },
    users: '/users',
    grants: '/grants',
    tlsCert: '/cert',
    tlsKey: '/key',
    defaultStack: 'other',
    logLevel: 'warn',
    processes: 3,
  });
  t.is(loadConfig({}, { DROPSTACK_DATA: '' }).data, undefined, 'an empty variable is none');
});

test('a file sets what flags cannot, sizes with units too', async (t) => {
  const file = await yaml(
    t,
    `store: { directory: /own }
source: { directory: /source }
layer: { compression: zstd, owner: preserve }
limits:
  conversions: 3
  conversionMemoryBytes: 256MiB
  droplet: { maxBytes: 2GiB, maxRatio: 12.5, maxNameBytes: 1024 }
`,
  );
  const config = loadConfig({}, {}, file);
  t.deepEqual(storeLocation(config), { directory: '/own' });
  t.deepEqual(config.source, { directory: '/source' });
  t.deepEqual(config.layer, { compression: 'zstd', owner: 'preserve', special: 'strip' });
  t.like(config.limits, { conversions: 3, conversionMemoryBytes: 268_435_456, conversionSeconds: 900 });
  t.like(config.limits.droplet, { maxBytes: 2_147_483_648, maxRatio: 12.5, maxNameBytes: 1024 });
  t.is(loadConfig({}, {}, await yaml(t, '# nothing yet\n')).logLevel, 'info');
});

test('a store and a source may be in S3, side by side in one bucket, and a child is handed the same', async (t) => {
  const file = await yaml(
    t,
    `store: { s3: { bucket: b, prefix: own, region: r, endpoint: "http://127.0.0.1:1", pathStyle: true } }
source: { s3: { bucket: b, prefix: own-droplets/, endpoint: "http://127.0.0.1:1" } }
`,
  );
  const config = loadConfig({}, {}, file);
  const own = storeLocation(config);
  t.like(own, { s3: { bucket: 'b', prefix: 'own/', region: 'r', pathStyle: true }, singleWriter: false });
  t.like(config.source, { s3: { bucket: 'b', prefix: 'own-droplets/', pathStyle: false } });
  const handed = JSON.stringify({ own, source: config.source });
  t.deepEqual(JSON.stringify(converterStores.parse(JSON.parse(handed))), handed);
  t.notThrows(() => loadConfig({ data: '/a', source: '/ab' }, {}));
});

test('redirects are off unless given, and then have defaults', async (t) => {
  const s3 = 'store: { s3: { bucket: b, region: r } }\n';
  t.is(loadConfig({}, {}, await yaml(t, s3)).redirect, undefined);
  const given = loadConfig({}, {}, await yaml(t, `${s3}redirect: {}\n`));
  t.deepEqual(given.redirect, { expirySeconds: 300, allowPrivate: false, minBytes: 1_048_576 });
  const more = `${s3}redirect: { networks: [10.0.0.0/8, "fd00::/8"], endpoint: "https://s3.example.org" }\n`;
  t.deepEqual(loadConfig({}, {}, await yaml(t, more)).redirect?.networks, ['10.0.0.0/8', 'fd00::/8']);
});

const wrongFlags: [ConfigInput, RegExp][] = [
  [{ listen: '8080' }, /wrong: --listen: not an address: write host:port$/],
  [{ listen: 'localhost:70000' }, /--listen: no such port/],
  [{ processes: '0' }, /--processes: /],
  [{ processes: 'two' }, /--processes: /],
  [{ processes: '257' }, /--processes: more than/],
  [{ publicUrl: 'registry' }, /--public-url: not a URL/],
  [{ publicUrl: 'ftp://registry' }, /--public-url: not a URL/],
  [{ data: '' }, /--data: must not be empty/],
  [{ defaultStack: 'cloudfoundry' }, /--default-stack: not a stack name/],
  [{ logLevel: 'loud' }, /--log-level: .*"trace"/],
  [{ tlsCert: 'cert.pem' }, /needs both .*: give tlsKey too/],
  [{ tlsKey: 'key.pem' }, /needs both .*: give tlsCert too/],
  [{ data: 'a', store: { directory: 'b' } }, /--data: --store says as well where to keep data/],
  [{ listen: 'x', logLevel: 'y' }, /--listen: [^;]*; --log-level: /],
];
for (const [flags, message] of wrongFlags) {
  test(`wrong: ${JSON.stringify(flags)}`, (t) => fails(t, message, () => loadConfig(flags, {})));
}

test('a wrong variable is named', (t) => {
  fails(t, /DROPSTACK_LISTEN: not an address/, () => loadConfig({}, { DROPSTACK_LISTEN: 'here' }));
  fails(t, /DROPSTACK_DEFAULT_STACK: not a stack name/, () =>
    loadConfig({}, { DROPSTACK_DEFAULT_STACK: 'A B' }),
  );
});

const wrongFiles: [string, RegExp][] = [
  ['listen: 8080', /dropstack\.yml line 1, listen: /],
  ['\n\nlisten: nowhere', /line 3, listen: not an address/],
  [
    '# a\nlisten: "127.0.0.1:1"\nlissten: x',
    /line 3, lissten: there is no such option \(did you mean listen\?\)$/,
  ],
  ['limits:\n  holdSeconds: 40', /line 2, limits\.holdSeconds: .*25 at most/],
  ['limits:\n  holdSeconds: true', /line 2, limits\.holdSeconds: /],
  ['limits:\n  conversions: 0.5', /line 2, limits\.conversions: /],
  ['limits:\n  conversions: -1', /line 2, limits\.conversions: /],
  ['limits:\n  droplet:\n    maxBytes: 2 GB', /line 3, limits\.droplet\.maxBytes: not a size/],
  [
    'limits:\n  droplet:\n    maxBites: 2',
    /line 3, limits\.droplet\.maxBites: there is no such option \(did you mean maxBytes\?\)/,
  ],
  ['layer:\n  compression: lz4', /line 2, layer\.compression: /],
  ['source: { bucket: b }', /line 1, source: not a place/],
  ['store: here', /line 1, store: not a place/],
  ['store: { s3: { bucket: b }, directory: d }', /line 1, store: not a place: write either/],
  [
    'processes: 2\nstore: { s3: { bucket: b }, singleWriter: true }',
    /line 1, processes: only one process may write/,
  ],
  ['store: { directory: d, singleWriter: true }', /line 1, store: not a place: write either/],
  ['source: { s3: { bucket: b }, directory: d }', /line 1, source: not a place: write either/],
  ['source: { webdav: { url: "http://h/f" }, directory: d }', /line 1, source: not a place: write either/],
  ['source: {}', /line 1, source: not a place: write either/],
  ['store: { webdav: { url: "http://h/f" } }', /line 1, store\.webdav: there is no such option/],
  ['store:\n  s3:\n    bucket: b\n    secret: x', /line 4, store\.s3\.secret: there is no such option/],
  ['store:\n  s3:\n    prefix: p', /line 2, store\.s3\.bucket: /],
  ['store:\n  s3: { bucket: b, prefix: /p }', /line 2, store\.s3\.prefix: not a prefix/],
  ['store:\n  s3: { bucket: b, endpoint: here }', /line 2, store\.s3\.endpoint: not a URL/],
  ['store:\n  s3: { bucket: b, accessKeyIdFile: f }', /line 2, store\.s3: give .* or neither/],
  ['store:\n  s3: { bucket: b, sessionTokenFile: f }', /line 2, store\.s3: sessionTokenFile goes with/],
  ['data: /a\nsource: /a/b', /line 2, source: it and .* line 1, data overlap/],
  ['data: /a/b\nsource: /a', /overlap/],
  [
    'store: { s3: { bucket: b, prefix: a } }\nsource: { s3: { bucket: b, prefix: a/b } }',
    /line 2, source: it and .* line 1, store overlap/,
  ],
  ['store: { s3: { bucket: b, prefix: a } }\nsource: { s3: { bucket: b } }', /overlap/],
  ['data: a\nstore: { directory: b }', /line 1, data: .* line 2, store says as well where/],
  [
    'data: a\nredirect: {}',
    /line 2, redirect: only a store in S3 signs URLs: leave it out, or give store\.s3$/,
  ],
  ['redirect: { networks: [10.0.0.0/33] }', /line 1, redirect\.networks\.0: not a network: write 10/],
  ['redirect: { networks: [10.0.0.1] }', /redirect\.networks\.0: not a network/],
  ['redirect: { networks: [] }', /redirect\.networks: /],
  ['redirect: { roles: [reader] }', /redirect\.roles\.0: /],
  ['redirect: { roles: [] }', /redirect\.roles: /],
  ['redirect: { expirySeconds: 29 }', /redirect\.expirySeconds: too short/],
  ['redirect: { expirySeconds: 3601 }', /redirect\.expirySeconds: .* an hour at most/],
  ['redirect: { endpoint: s3.example.org }', /redirect\.endpoint: not a URL/],
  [
    'store: { s3: { bucket: b } }\nredirect: { endpoint: "https://s3.example.org" }',
    /line 2, redirect\.endpoint: .* give store\.s3\.region too/,
  ],
  ['listen: [', /dropstack\.yml line 1, column 10: is not YAML: /],
  ['data: a\ndata: b', /dropstack\.yml line 2, column 1: is not YAML: /],
  ['data: *nowhere', /dropstack\.yml line 1, column 7: is not YAML: there is no anchor &nowhere/],
  [
    'redirect: {}\nstore: { s3: { bucket: b, endpoint: "https://a:b@s3.example.org" } }',
    /line 2, store\.s3\.endpoint: must hold no user and no password$/,
  ],
  ['just words', /must hold options by name/],
  ['[a, b]', /must hold options by name/],
];
for (const [text, message] of wrongFiles) {
  test(`wrong: a file with ${JSON.stringify(text)}`, async (t) => {
    const file = await yaml(t, text);
    fails(t, message, () => loadConfig({}, {}, file));
  });
}

test('a file that cannot be read is named', async (t) => {
  const folder = await tempDir(t);
  fails(t, /gone\.yml: cannot be read: ENOENT/, () => loadConfig({}, {}, join(folder, 'gone.yml')));
  fails(t, /: cannot be read: EISDIR/, () => loadConfig({}, {}, folder));
});

test('without a place to keep data there is no store', (t) => {
  fails(t, /no place to keep data: give --data/, () => storeLocation(loadConfig({}, {})));
});
