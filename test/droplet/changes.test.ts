import test from 'ava';
import { LayerRewriter } from '../../src/droplet/rewrite.ts';
import { listed, paxHeaders } from './listed.ts';
import { gnuLong, pax, paxBody, rawEntry, rawTar, type RawEntry } from './raw-tar.ts';
import { exact, rewritten, usual } from './rewritten.ts';

const root: RawEntry = { name: './', type: '5', mode: 0o700, mtime: 1_600_000_000 };
const file = (name: string, more: RawEntry = {}): RawEntry => ({ name, body: 'x', ...more });
const long = `deps/${'n'.repeat(120)}/${'m'.repeat(120)}`;

async function namesOf(...entries: RawEntry[]): Promise<string[]> {
  const names = await listed(rewritten(rawTar(...entries), usual).tar);
  return names.map(({ name }) => name);
}

function info(tar: Buffer, sizes?: number[]): string | undefined {
  return rewritten(tar, usual, sizes).summary.stagingInfo?.toString();
}

test('names are re-rooted, the root comes first and once', async (t) => {
  t.deepEqual(await namesOf(root, file('./app/x'), file('a//b/./c'), { name: './app/d/', type: '5' }), [
    'home/vcap/',
    'home/vcap/app/x',
    'home/vcap/a/b/c',
    'home/vcap/app/d/',
  ]);
  t.deepEqual(await namesOf(), ['home/vcap/']);
});

test('the root keeps its time, and gets the mode 0755', async (t) => {
  const { tar, summary } = rewritten(rawTar(root, file('a')), exact);
  t.is(summary.rootTime, 1_600_000_000);
  t.like((await listed(tar))[0], {
    mode: 0o755,
    uid: 1000,
    gid: 1001,
    uname: 'dev',
    mtime: new Date(1.6e12),
  });
});

test('the time of the root may come by PAX', (t) => {
  const { tar, summary } = rewritten(rawTar(pax(['mtime', '1600000001.75'], ['path', './']), root), exact);
  t.is(summary.rootTime, 1_600_000_001);
  t.deepEqual(paxHeaders(tar), [paxBody(['mtime', '1600000001.75'], ['path', 'home/vcap/'])]);
});

test('a root that the droplet lacks is made, of time 0', async (t) => {
  const { tar, summary } = rewritten(rawTar(file('a')), exact);
  t.is(summary.rootTime, 0);
  t.is(summary.entries, 2);
  t.like((await listed(tar))[0], {
    name: 'home/vcap/',
    type: 'directory',
    mode: 0o755,
    uid: 2000,
    gid: 2000,
  });
});

test('a root that comes late is left out, with a warning', async (t) => {
  t.deepEqual(await namesOf(file('a'), root, file('b')), ['home/vcap/', 'home/vcap/a', 'home/vcap/b']);
  t.deepEqual(await namesOf(root, file('a'), root), ['home/vcap/', 'home/vcap/a']);
  const { summary } = rewritten(rawTar(file('a'), root), usual);
  t.deepEqual(summary.warnings, ['./ at byte 1024: left out, because home/vcap/ is in the layer already']);
  t.is(summary.rootTime, 0);
});

test('directories may come again', async (t) => {
  const directory = { name: 'a/', type: '5' };
  t.deepEqual(await namesOf(root, file('a/b'), directory, directory), [
    'home/vcap/',
    'home/vcap/a/b',
    'home/vcap/a/',
    'home/vcap/a/',
  ]);
});

test('targets of hard links are re-rooted, those of symbolic links are not', async (t) => {
  const tar = rawTar(
    file('a'),
    { name: 'b', type: '1', link: './a' },
    { name: 'c', type: '2', link: '../../etc/./x' },
    { name: 'd', type: '1', link: 'c' },
  );
  const [, , b, c, d] = await listed(rewritten(tar, usual).tar);
  t.like(b, { type: 'link', linkname: 'home/vcap/a' });
  t.like(c, { type: 'symlink', linkname: '../../etc/./x' });
  t.like(d, { type: 'link', linkname: 'home/vcap/c' });
});

for (const dialect of ['ustar', 'gnu', 'v7'] as const) {
  test(`${dialect}: a name and a target that outgrow the header`, async (t) => {
    const name = `${'a'.repeat(45)}/${'b'.repeat(50)}`;
    const tar = rawTar(root, file(name, { dialect }), { name: 'b', type: '1', link: name, dialect });
    const entries = await listed(rewritten(tar, usual).tar);
    t.deepEqual(
      entries.map((entry) => [entry.name, entry.linkname]),
      [
        ['home/vcap/', null],
        [`home/vcap/${name}`, null],
        ['home/vcap/b', `home/vcap/${name}`],
      ],
    );
  });
}

test('long names stay in the form they have', async (t) => {
  const byPax = rewritten(rawTar(pax(['path', long], ['comment', 'c']), file('deps/n')), exact).tar;
  t.deepEqual(paxHeaders(byPax), [paxBody(['path', `home/vcap/${long}`], ['comment', 'c'])]);
  t.is((await listed(byPax))[1]?.name, `home/vcap/${long}`);
  const byGnu = rewritten(rawTar(gnuLong('L', long), file('deps/n', { dialect: 'gnu' })), exact).tar;
  t.deepEqual(paxHeaders(byGnu), []);
  t.is((await listed(byGnu))[1]?.name, `home/vcap/${long}`);
});

test('behind a long name, the header holds its start, and no slash at the end', (t) => {
  const name = `${'a'.repeat(89)}/${'b'.repeat(101)}`;
  const { tar } = rewritten(rawTar(root, pax(['path', name]), file('elsewhere', { prefix: 'out' })), exact);
  const block = tar.subarray(-2048, -1536);
  t.is(block.toString('latin1', 0, 100), `home/vcap/${'a'.repeat(89)}\0`);
  t.is(block.toString('latin1', 345, 348), '\0\0\0');
});

test('of two records for a name the last one counts, and one stays', (t) => {
  const { tar } = rewritten(
    rawTar(pax(['path', 'first'], ['mtime', '1'], ['path', 'last']), file('a')),
    exact,
  );
  t.deepEqual(paxHeaders(tar), [paxBody(['mtime', '1'], ['path', 'home/vcap/last'])]);
});

test('old and contiguous files become plain ones, an old directory one of today', async (t) => {
  const tar = rawTar(file('a', { type: '\0' }), file('b', { type: '7' }), {
    name: 'c/',
    type: '\0',
    dialect: 'v7',
  });
  const { tar: layer } = rewritten(tar, usual);
  t.deepEqual(
    [512, 1536, 2560].map((at) => layer.toString('latin1', at + 156, at + 157)),
    ['0', '0', '5'],
  );
  t.deepEqual(
    (await listed(layer)).map(({ body }) => body.toString()),
    ['', 'x', 'x', ''],
  );
});

test('labels and fifos are left out, and hard links to fifos', async (t) => {
  const tar = rawTar(
    { name: '/my label', type: 'V', body: 'y' },
    { name: 'p', type: '6' },
    { name: 'q', type: '1', link: 'p' },
    file('a'),
  );
  const { tar: layer, summary } = rewritten(tar, usual);
  t.deepEqual(
    (await listed(layer)).map(({ name }) => name),
    ['home/vcap/', 'home/vcap/a'],
  );
  t.deepEqual(summary.warnings, [
    'p at byte 1024: left out, because it is a fifo',
    'q at byte 1536: left out, because it is a fifo',
  ]);
});

test('warnings are bounded', (t) => {
  const fifos = Array.from({ length: 150 }, (_, at) => ({ name: `p${at}`, type: '6' }));
  const { warnings } = rewritten(rawTar(...fifos), usual).summary;
  t.is(warnings.length, 101);
  t.is(warnings.at(-1), 'and 50 more warnings');
});

test('a size that PAX gives holds, and stands in the header too', (t) => {
  const smuggled = rawEntry(file('../evil'));
  const { tar } = rewritten(
    rawTar(root, pax(['size', '1024']), file('a', { body: smuggled, size: 0 })),
    exact,
  );
  const block = tar.subarray(1536, 2048);
  t.is(block.toString('latin1', 124, 136), '00000002000\0');
  t.deepEqual(tar.subarray(2048, 3072), smuggled);
  t.is(tar.length, 4096);
});

test('staging_info.yml is given, where it is a small plain file', (t) => {
  const yaml = '{"start_command":"run"}\n';
  t.is(info(rawTar(root, file('./staging_info.yml', { body: yaml }), file('b'))), yaml);
  t.is(info(rawTar(file('staging_info.yml', { body: yaml })), [7]), yaml);
  t.is(info(rawTar(file('staging_info.yml', { body: '' }))), '');
  t.is(info(rawTar(file('app/staging_info.yml', { body: yaml }))), undefined);
  t.is(info(rawTar(file('staging_info.yml', { body: 'x'.repeat(65_536) })))?.length, 65_536);
  t.is(info(rawTar(file('staging_info.yml', { body: 'x'.repeat(65_537) }))), undefined);
  t.is(info(rawTar({ name: 'staging_info.yml', type: '2', link: 'a' })), undefined);
});

test('padding behind the end is ignored, and the layer ends in two zero blocks', (t) => {
  const tar = rawTar(root, file('a'));
  const { tar: layer, summary } = rewritten(Buffer.concat([tar, Buffer.alloc(9000)]), usual);
  t.deepEqual(layer, rewritten(tar, usual).tar);
  t.true(layer.subarray(-1024).every((byte) => byte === 0));
  t.not(layer.at(-1536), 0);
  t.like(summary, { entries: 2, bytesIn: tar.length + 9000, bytesOut: layer.length });
});

test('a body is not copied', (t) => {
  const tar = rawTar(root, file('a', { body: Buffer.alloc(100_000, 'x') }));
  const pieces = new LayerRewriter(usual).write(tar);
  t.true(pieces.some((piece) => piece.length >= 100_000 && piece.buffer === tar.buffer));
});
