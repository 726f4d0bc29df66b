#!/bin/sh
# Makes dist of src, for a package and for an image: JavaScript of the TypeScript, and the other files as they are.
set -eu
cd "$(dirname "$0")/../.."
rm -rf dist
node_modules/.bin/tsc --project deploy/release/tsconfig.json
node_modules/.bin/tsc --project deploy/release/dashboard.tsconfig.json
cd src
find . -type f ! -name '*.ts' ! -name tsconfig.json ! -name dropstack.js | tar -cf - -T - | tar -xf - -C ../dist
