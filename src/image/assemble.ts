import type { DropletRecord } from '../droplet/record.ts';
import { canonicalJson } from '../oci/canonical-json.ts';
import { sha256, type Digest } from '../oci/digest.ts';
import type { Config, Descriptor, Manifest } from '../oci/image.ts';
import { mediaType } from '../oci/media-type.ts';
import type { RootfsRecord } from '../rootfs/record.ts';
import { ownBytes } from '../store/own-bytes.ts';
import { labelsOf, originOf, type Origin } from './labels.ts';

/** A manifest or a config: bytes that are named by their digest. */
export type Content = { mediaType: string; digest: Digest; bytes: Buffer };

export type Image = { manifest: Content; config: Content; origin: Origin };

/** A layer with its diffID, as far as an image needs to know it. */
export type Layer = { descriptor: Descriptor; diffId: Digest; createdBy: string };

/**
 * The image of a droplet over a rootfs, with the launcher layer between them where the rootfs needs one. A pure function:
 * the same records give the same bytes on every machine, at any time. Golden files guard it.
 */
export function assembleDroplet(
  rootfs: RootfsRecord,
  launcher: Layer | undefined,
  droplet: DropletRecord,
): Image {
  const layers = [
    ...rootfsLayers(rootfs),
    ...(launcher === undefined ? [] : [launcher]),
    dropletLayer(droplet),
  ];
  return assemble(rootfs, layers, {
    created: timestamp(droplet.time),
    labels: labelsOf(rootfs, droplet),
    origin: originOf(rootfs, droplet),
    config: {
      User: '2000:2000',
      WorkingDir: '/home/vcap/app',
      Env: [
        'HOME=/home/vcap/app',
        'LANG=en_US.UTF-8',
        'PATH=/usr/local/bin:/usr/bin:/bin',
        'PWD=/home/vcap/app',
        ...(droplet.startCommand === undefined ? [] : [`START_COMMAND=${droplet.startCommand}`]),
        'TMPDIR=/home/vcap/tmp',
        'USER=vcap',
      ],
      Entrypoint: ['/lifecycle/launch'],
    },
  });
}

/** The rootfs alone, for nodes that pull it ahead and for people who look into it. */
export function assembleRootfs(rootfs: RootfsRecord): Image {
  return assemble(rootfs, rootfsLayers(rootfs), {
    created: rootfs.created ?? timestamp(0),
    labels: labelsOf(rootfs),
    origin: originOf(rootfs),
    config: {
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      Cmd: ['/bin/bash'],
    },
  });
}

type Rest = { created: string; labels: Record<string, string>; origin: Origin; config: Config['config'] };

function assemble(rootfs: RootfsRecord, layers: Layer[], { created, labels, origin, config }: Rest): Image {
  const configContent = content(mediaType.config, {
    created,
    architecture: rootfs.architecture,
    os: rootfs.os,
    ...(rootfs.osVersion === undefined ? {} : { 'os.version': rootfs.osVersion }),
    ...(rootfs.variant === undefined ? {} : { variant: rootfs.variant }),
    config: { ...config, Labels: labels },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.diffId) },
    history: layers.map((layer) => ({ created, created_by: layer.createdBy })),
  } satisfies Config);
  const { digest, bytes } = configContent;
  const manifest = content(mediaType.manifest, {
    schemaVersion: 2,
    mediaType: mediaType.manifest,
    config: { mediaType: mediaType.config, digest, size: bytes.length },
    layers: layers.map((layer) => layer.descriptor),
    annotations: labels,
  } satisfies Manifest);
  return { manifest, config: configContent, origin };
}

/** RFC 3339 has years of four digits: a droplet's time beyond them says nothing and counts as none. */
function timestamp(seconds: number): string {
  const lastSecondOf9999 = 253_402_300_799;
  return new Date(seconds >= 0 && seconds <= lastSecondOf9999 ? seconds * 1000 : 0).toISOString();
}

function content(type: string, value: Config | Manifest): Content {
  const bytes = ownBytes(canonicalJson(value));
  return { mediaType: type, digest: sha256(bytes), bytes };
}

function rootfsLayers({ stack, version, layers }: RootfsRecord): Layer[] {
  return layers.map(({ mediaType: type, digest, size, diffId }) => ({
    descriptor: { mediaType: type, digest, size },
    diffId,
    createdBy: `rootfs ${stack} ${version}`,
  }));
}

function dropletLayer({ guid, hash, mediaType: type, digest, size, diffId }: DropletRecord): Layer {
  return { descriptor: { mediaType: type, digest, size }, diffId, createdBy: `droplet ${guid}/${hash}` };
}
