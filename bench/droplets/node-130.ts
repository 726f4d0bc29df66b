import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { droplet } from './droplet.ts';
import { nodeBinary, npmInstall } from './npm.ts';

const packages = {
  names: [
    '@fontsource/inter@5.2.8',
    '@fontsource/noto-sans@5.2.10',
    'aws-sdk@2.1693.0',
    'express@5.3.0',
    'next@16.4.6',
    'react@19.3.1',
    'react-dom@19.3.1',
    'webpack@5.112.2',
  ],
  before: '2026-11-15',
};

/**
 * A large Node app: some 18,000 files of packages with fonts, and the node binary. It answers every request on `$PORT`
 * of `$VCAP_APP_HOST`, once it has loaded what it needs of its packages.
 */
export function node130(): Promise<string> {
  return droplet(
    'node-130',
    [packages, server, profile, process.version, process.arch],
    'node server.js',
    async (tree, write) => {
      await npmInstall(join(tree, 'app'), packages);
      await write({
        'app/server.js': server,
        'deps/0/config.yml': 'name: nodejs\n',
        'profile.d/0_node.sh': profile,
      });
      const bin = join(tree, 'deps/0/node/bin');
      await mkdir(bin, { recursive: true });
      await copyFile(nodeBinary(), join(bin, 'node'));
    },
  );
}

const profile = 'export PATH="$DEPS_DIR/0/node/bin:$PATH"\n';

const server = `const { renderToString } = require('react-dom/server');
const { createElement } = require('react');
const express = require('express');
const { S3 } = require('aws-sdk');

const server = express()
  .use((request, response) => response.send(renderToString(createElement('p', null, typeof S3 + ' ' + request.path))))
  .listen(process.env.PORT, process.env.VCAP_APP_HOST ?? '0.0.0.0', () => console.log('listening on ' + server.address().port));
`;
