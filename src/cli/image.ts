import type { Command } from 'commander';
import type { Origin } from '../image/labels.ts';
import type { ImageDetails } from '../operator/operator.ts';
import { withOperator } from './connect.ts';
import { facadeCommand, type FacadeOptions } from './options.ts';
import { bytes, fields, print, table } from './print.ts';

/** `dropstack image …` */
export function imageCommands(program: Command): void {
  const image = program.command('image').description('look into the images that are served');

  facadeCommand(image, 'show <reference>')
    .description('resolve a reference as a pull would, and show its layers and what each came from')
    .addHelpText(
      'after',
      '\nExamples:\n  dropstack image show cloudfoundry/<guid>:<hash>\n  dropstack image show cflinuxfs4/rootfs:1.268.0',
    )
    .action(async (reference: string, options: FacadeOptions) => {
      const details = await withOperator(options, ({ images }) => images.show(reference));
      print(options.output, details, () => describe(details));
    });
  facadeCommand(image, 'identify <guid> <digest>')
    .description(
      'tell which droplet and rootfs a digest is made of: of a manifest, or of a config as nodes report it',
    )
    .action(async (guid: string, digest: string, options: FacadeOptions) => {
      const origin = await withOperator(options, ({ images }) => images.identify(guid, digest));
      print(options.output, origin, () => fields(describeOrigin(origin)));
    });
}

function describe({ reference, digest, config, os, architecture, origin, layers }: ImageDetails): string {
  const total = layers.reduce((sum, layer) => sum + layer.size, 0);
  return [
    fields([
      ['Image', reference],
      ['Manifest', digest],
      ['Config', config],
      ['Platform', `${os}/${architecture}`],
      ...describeOrigin(origin),
      ['Size', `${bytes(total)} in ${layers.length} layers`],
    ]),
    '',
    table(
      ['FROM', 'SIZE', 'DIGEST'],
      layers.map((layer) => [layer.from, bytes(layer.size), layer.digest]),
    ),
  ].join('\n');
}

function describeOrigin({ rootfs, droplet }: Origin): [string, string | undefined][] {
  return [
    ['Rootfs', `${rootfs.stack} ${rootfs.version}`],
    ['Droplet', droplet === undefined ? undefined : `${droplet.guid}/${droplet.hash}`],
  ];
}
