import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ava from 'ava';
import { listing, shell, unpack } from './gnu-tar.ts';
import { exact, rewritten } from './rewritten.ts';

/** Only root can make and compare owners, capabilities and devices. */
const test = process.getuid?.() === 0 ? ava : ava.skip;

/** What every form of tar can hold. */
const plain = `
  mkdir -p app/empty deps/0/bin tmp "with space"
  echo hello > app/hello
  head -c 700000 /dev/urandom > app/random
  : > app/nothing
  ln app/hello deps/hello-again
  ln -s ../app/hello deps/link
  ln -s /home/vcap/app deps/absolute
  ln deps/link deps/0/link-again
  printf x > $'with space/new\\nline'
  printf x > "$(printf 'app/latin1-\\xff')"
  echo '{"start_command":"run"}' > staging_info.yml
  chmod 4755 app/hello; chmod 2711 deps/0/bin; chmod 1777 tmp; chmod 700 .
  chown 2000:2000 app; chown -h 1234:4321 deps/link; chown 2097151:5 app/nothing; chmod 6751 app/nothing
  mkdir -p "app/$(printf 'd%.0s' {1..80})"; echo x > "app/$(printf 'd%.0s' {1..80})/90-bytes"
  touch -d '2020-02-02 02:02:02 UTC' app .`;

/** What needs the extensions of GNU or POSIX. */
const long = `
  chown 4000000:3000000 app/random
  mkdir -p "app/$(printf 'a%.0s' {1..150})"
  echo y > "app/$(printf 'a%.0s' {1..150})/$(printf 'b%.0s' {1..150})"
  ln "app/$(printf 'a%.0s' {1..150})/$(printf 'b%.0s' {1..150})" deps/to-long
  ln -s "$(printf 'c%.0s' {1..300})" deps/long-target
  for n in {85..105}; do echo $n > "app/$(printf "%0\${n}d" 0)"; ln "app/$(printf "%0\${n}d" 0)" "app/$n"; done
  mkdir "app/$(printf '%095d' 0)dir"
  touch -d '1950-01-01 00:00:00 UTC' app/empty
  touch -d '2100-01-01 00:00:00 UTC' app/hello
  touch -d '2500-01-01 00:00:00 UTC' app/nothing`;

/** What only POSIX's form can hold. */
const attributes = `
  touch -d '2021-01-01 00:00:00.123456789 UTC' app/random deps
  setfattr -n user.text -v value app/hello
  setfattr -n user.binary -v 0x00ff0a3d00 app/random
  setfattr -n user.big -v "$(printf 'v%.0s' {1..3000})" app/nothing
  setfattr -n trusted.x -v y deps
  setfattr -n security.capability -v 0x0100000200040000000000000000000000000000 app/random`;

const archives = [
  { format: 'v7', parts: [plain] },
  { format: 'ustar', parts: [plain] },
  { format: 'oldgnu', parts: [plain, long] },
  { format: 'gnu', parts: [plain, long] },
  { format: 'gnu', parts: [plain, long], flags: '--label=droplet' },
  { format: 'posix', parts: [plain, long, attributes] },
  {
    format: 'posix',
    parts: [plain, long, attributes],
    flags: '--label=droplet --pax-option=globexthdr.comment=x',
  },
  { format: 'posix', parts: [plain, long], flags: '--pax-option=VENDOR.y=z,gname=wheel' },
];

for (const { format, parts, flags = '' } of archives) {
  test(`${[format, flags].join(' ')}: GNU tar unpacks the layer to what the droplet unpacks to`, async (t) => {
    const work = await mkdtemp(join(tmpdir(), 'dropstack-exact-'));
    try {
      const [before, after] = await bothWays(
        work,
        parts.join(''),
        `--format=${format} ${attributesOf(format)} ${flags}`,
      );
      t.is(after, before);
      t.regex(after, /staging_info\.yml/);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  });
}

/** The listings of a droplet and of its layer's `home/vcap`. The layer's root has the mode 0755. */
async function bothWays(work: string, make: string, flags: string): Promise<[string, string]> {
  const path = (name: string): string => join(work, name);
  await shell(`mkdir "$1" && cd "$1" && ${make.trim()}`, path('source'));
  await shell(`cd "$1" && tar ${flags} --sort=name -cf "$2" .`, path('source'), path('droplet.tar'));
  const { tar, summary } = rewritten(await readFile(path('droplet.tar')), exact, [100_000]);
  if (summary.warnings.length > 0) throw new Error(summary.warnings.join());
  await writeFile(path('layer.tar'), tar);
  await unpack(path('droplet.tar'), path('before'));
  await shell('chmod 755 "$1"', path('before'));
  await unpack(path('layer.tar'), path('after'));
  return [await listing(path('before')), await listing(path('after/home/vcap'))];
}

function attributesOf(format: string): string {
  return format === 'posix' ? "--xattrs '--xattrs-include=*'" : '';
}
