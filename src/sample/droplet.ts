import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { createGzip } from 'node:zlib';
import { writeTarFile, type TarEntry } from './tar-file.ts';

/**
 * Writes a droplet as Cloud Foundry's staging would: a small web app and the node binary that runs us, so that it needs
 * nothing of its rootfs but a shell and the C++ library. The same node and zlib give the same bytes.
 * @returns the SHA-1 of the compressed bytes, which is what Cloud Controller names a droplet by
 */
export async function sampleDroplet(target: string): Promise<{ sha1: string }> {
  const hash = createHash('sha1');
  const gzip = createGzip({ level: 1, chunkSize: 1 << 18 });
  await writeTarFile(target, entries(), [
    gzip,
    async function* hashed(source: AsyncIterable<Buffer>) {
      for await (const chunk of source) {
        hash.update(chunk);
        yield chunk;
      }
    },
  ]);
  return { sha1: hash.digest('hex') };
}

function entries(): TarEntry[] {
  const stagingInfo = JSON.stringify({ detected_buildpack: 'nodejs', start_command: 'node server.js' });
  return [
    { ...directory('./'), mode: 0o700 },
    directory('./app/'),
    { ...file('./app/server.js'), source: join(import.meta.dirname, 'app/server.js') },
    directory('./deps/'),
    directory('./deps/0/'),
    directory('./deps/0/node/'),
    directory('./deps/0/node/bin/'),
    { ...file('./deps/0/node/bin/node'), mode: 0o755, source: process.execPath },
    directory('./logs/'),
    directory('./profile.d/'),
    { ...file('./profile.d/0_node.sh'), text: profileScript },
    { ...file('./staging_info.yml'), text: `${stagingInfo}\n` },
    directory('./tmp/'),
  ];
}

const profileScript = 'export PATH="$DEPS_DIR/0/node/bin:$PATH"\n';

const vcap = 2000;

function directory(name: string) {
  return { name, mode: 0o755, owner: vcap, type: 'directory' } as const;
}

function file(name: string) {
  return { name, mode: 0o644, owner: vcap, type: 'file' } as const;
}
