import { writeFileSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { stringify } from 'yaml';
import type { OptionName } from '../../src/config/across.ts';
import { flagged } from '../../src/config/flagged.ts';
import { configOptions } from '../../src/config/options.ts';
import { readConfig } from '../../src/config/read.ts';
import { configSchema, type ConfigInput } from '../../src/config/schema.ts';
import type { Where } from '../../src/config/where.ts';
import { yamlFile } from './yaml-file.ts';

/** What is wrong, as `line:column option message`, or with the flag or the variable in the place of line and column. */
async function problemsOf(t: ExecutionContext, text: string, flags: ConfigInput = {}): Promise<string[]> {
  const { problems } = readConfig(flags, {}, await yamlFile(t, text));
  return problems.map(({ where, option, message }) => `${shortly(where)} ${option.join('.')} ${message}`);
}

function shortly(where: Where | undefined): string {
  if (where === undefined) return '-';
  if ('flag' in where) return where.flag;
  if ('variable' in where) return where.variable;
  return 'line' in where ? `${where.line}:${where.column}` : 'file';
}

test('all that is wrong is told, across options as well', async (t) => {
  const text = `data: /a
source: /a/b
listen: nowhere
limits:
  holdSeconds: 40
  droplet: { maxBytes: much, maxRatio: 0 }
colour: red
tlsCert: cert.pem
`;
  const found = await problemsOf(t, text, { logLevel: 'loud' });
  t.deepEqual(
    found.map((one) => one.split(' ').slice(0, 2).join(' ')),
    [
      '--log-level logLevel',
      '2:1 source',
      '3:1 listen',
      '5:3 limits.holdSeconds',
      '6:14 limits.droplet.maxBytes',
      '6:30 limits.droplet.maxRatio',
      '7:1 colour',
      '8:1 tlsCert',
    ],
  );
});

test('what an option that is wrong would have meant for others is not guessed', async (t) => {
  t.deepEqual(await problemsOf(t, 'tlsCert: cert.pem\ntlsKey: 1\n'), [
    '2:1 tlsKey Invalid input: expected string, received number',
  ]);
  const found = await problemsOf(t, 'store: here\nredirect: {}\ndata: /a\n');
  t.is(found.length, 1);
  t.regex(found[0] ?? '', /^1:1 store not a place/);
});

test('several mistakes in YAML are told, and options that stand twice beside those that are wrong', async (t) => {
  const broken = await problemsOf(t, 'data: "a\\q"\nsource: *gone\nusers: "b\\w"\n');
  t.deepEqual(
    broken.map((one) => one.split(' ')[0]),
    ['1:9', '2:9', '3:10'],
  );
  for (const one of broken) t.regex(one, / is not YAML: /);
  const twice = await problemsOf(t, 'data: /a\ndata: /b\nlisten: nowhere\n');
  t.deepEqual(
    twice.map((one) => one.split(' ')[0]),
    ['2:1', '3:1'],
  );
});

test('a wrong value behind an alias is found where it stands', async (t) => {
  const text = 'store: { s3: &p { bucket: b, prefix: /x } }\nsource:\n  s3: *p\nusers: &u ""\ngrants: *u\n';
  t.deepEqual(
    (await problemsOf(t, text)).map((one) => one.split(' ').slice(0, 2).join(' ')),
    ['1:30 store.s3.prefix', '1:30 source.s3.prefix', '4:1 users', '5:1 grants'],
  );
});

test('a name that objects have by themselves is an option like others', async (t) => {
  const found = await problemsOf(t, '__proto__: { data: /a }\nconstructor: x\nlimits: { toString: 1 }\n');
  t.deepEqual(found, [
    '1:1 __proto__ there is no such option',
    '2:1 constructor there is no such option',
    '3:11 limits.toString there is no such option',
  ]);
});

test('a bomb of aliases is no configuration', async (t) => {
  const levels = ['a: &a [x, x, x, x, x, x, x, x, x]'];
  for (const [name, before] of ['ba', 'cb', 'dc', 'ed', 'fe'].map((pair) => pair.split('')))
    levels.push(`${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join(', ')}]`);
  const found = await problemsOf(t, levels.join('\n'));
  t.is(found.length, 1);
  t.regex(found[0] ?? '', /^file {2}is not YAML: /);
});

const hints: [string, string][] = [
  ['public-url: x', 'publicUrl'],
  ['publicURL: x', 'publicUrl'],
  ['lisen: x', 'listen'],
  ['limits: { holdSecond: 1 }', 'holdSeconds'],
  ['store: { s3: { bucket: b, secretAccessKey: x } }', 'secretAccessKeyFile'],
  ['source: { webdav: { url: "http://h/f", password: x } }', 'passwordFile'],
];
for (const [text, likely] of hints) {
  test(`a hint for ${text}`, async (t) => {
    const [found = '', ...more] = await problemsOf(t, text);
    t.true(found.endsWith(`there is no such option (did you mean ${likely}?)`), found);
    t.deepEqual(more, []);
  });
}

test('what is like no option has no hint', async (t) => {
  t.deepEqual(await problemsOf(t, 'colour: x'), ['1:1 colour there is no such option']);
});

/** Values of each option that are right, and of which no two mean the same. */
const samples: Record<OptionName, readonly [unknown, unknown, unknown]> = {
  listen: ['127.0.0.1:1', '127.0.0.1:2', '[::1]:3'],
  processes: ['2', '3', '4'],
  publicUrl: ['https://a.example.org', 'https://b.example.org', 'https://c.example.org'],
  data: ['/data/a', '/data/b', '/data/c'],
  store: [{ directory: '/own/a' }, { directory: '/own/b' }, { directory: '/own/c' }],
  source: ['/source/a', '/source/b', '/source/c'],
  cache: [{ directory: '/cache/a' }, { directory: '/cache/b', maxBytes: '1GiB' }, { directory: '/cache/c' }],
  redirect: [{}, { expirySeconds: 30 }, { roles: ['pull'] }],
  users: ['users-a', 'users-b', 'users-c'],
  grants: ['grants-a', 'grants-b', 'grants-c'],
  tlsCert: ['cert-a', 'cert-b', 'cert-c'],
  tlsKey: ['key-a', 'key-b', 'key-c'],
  registryAuth: ['auth-a', 'auth-b', 'auth-c'],
  kubernetes: ['kubeconfig-a', 'kubeconfig-b', { context: 'c' }],
  defaultStack: ['stack-a', 'stack-b', 'stack-c'],
  layer: [{ compression: 'gzip' }, { owner: 'preserve' }, { special: 'keep' }],
  imageFormat: [1, 1, 1],
  logLevel: ['warn', 'error', 'silent'],
  limits: [{ uploads: 1 }, { uploads: 2 }, { droplet: { maxEntries: 3 } }],
};
const names = Object.keys(samples) as OptionName[];
const settable = flagged.map(({ name }) => name as OptionName);

test('of any options, flags are over the environment, that over the file, and that over the defaults', async (t) => {
  const path = await yamlFile(t, '');
  const property = fc.property(
    fc.subarray(settable),
    fc.subarray(settable),
    fc.subarray(names),
    (byFlag, byVariable, inFile) => {
      writeFileSync(path, stringify(Object.fromEntries(inFile.map((name) => [name, samples[name][2]]))));
      const flags = Object.fromEntries(byFlag.map((name) => [name, samples[name][0]]));
      const environment = Object.fromEntries(
        byVariable.map((name) => [
          flagged.find((one) => one.name === name)?.variable ?? '',
          String(samples[name][1]),
        ]),
      );
      const { config, originOf } = readConfig(flags, environment, path);
      for (const name of names) {
        const nth = [byFlag, byVariable, inFile].findIndex((set) => set.includes(name));
        const given = nth < 0 ? {} : { [name]: samples[name][nth] };
        t.deepEqual(config[name], configSchema.parse(given)[name], name);
        const origin = originOf([name]);
        t.is(origin && Object.keys(origin)[0], ['flag', 'variable', 'file'][nth]);
      }
    },
  );
  fc.assert(property, { numRuns: 100 });
});

/** Right by themselves, and not with all others. */
const rulesLookAt = new Set<OptionName>(['data', 'redirect', 'tlsCert', 'tlsKey']);

/** Lines of a file in which one option is wrong: the number of the line that holds it, counted from 1, and its name. */
const wrongFile = fc
  .record({
    option: fc.constantFrom(...configOptions().filter(({ isGroup }) => !isGroup)),
    isUnknown: fc.boolean(),
    others: fc.shuffledSubarray(names.filter((name) => !rulesLookAt.has(name))),
    before: fc.nat(),
    fillers: fc.infiniteStream(fc.constantFrom([], [], ['# a comment'], ['', '  # another'])),
  })
  .map(({ option, isUnknown, others, before, fillers }) => {
    const path = isUnknown ? [...option.path.slice(0, -1), 'wrong'] : option.path;
    const filler = (): string[] => fillers.next().value ?? [];
    const sound = others.filter((name) => name !== path[0]);
    const blocks = sound.map((name) =>
      stringify({ [name]: samples[name][0] })
        .trimEnd()
        .split('\n')
        .flatMap((line) => [...filler(), line]),
    );
    const wrong = path.flatMap((key, depth) => [
      ...filler(),
      `${'  '.repeat(depth)}${key}:${depth === path.length - 1 ? ' { wrong: 1 }' : ''}`,
    ]);
    const at = before % (blocks.length + 1);
    const lines = [...blocks.slice(0, at), wrong, ...blocks.slice(at)].flat();
    const line = blocks.slice(0, at).flat().length + wrong.length;
    return { text: lines.join('\n'), line, path };
  });

test('whatever option of a file is wrong, the line that holds it is told', async (t) => {
  const file = await yamlFile(t, '');
  const property = fc.property(wrongFile, ({ text, line, path }) => {
    writeFileSync(file, text);
    const { problems } = readConfig({}, {}, file);
    const found = problems.filter(({ option }) => option.join('.') === path.join('.'));
    t.true(found.length > 0, text);
    for (const { where } of found)
      t.deepEqual(where, { file, line, column: 1 + 2 * (path.length - 1) }, text);
    // What is wrong within a place may make it none, and so is told of the place as well.
    for (const { option } of problems) t.is(option[0], path[0], text);
  });
  fc.assert(property, { numRuns: 200 });
});
