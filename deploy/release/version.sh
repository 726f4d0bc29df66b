#!/bin/sh
# Run by `npm version`, with the new version in its environment: brings it to those files that cannot read package.json.
set -eu
cd "$(dirname "$0")/../.."
heading="## [$npm_package_version] - $(date -u +%F)"
grep -q '^## \[Unreleased\]$' CHANGELOG.md || { echo 'CHANGELOG.md has no section [Unreleased]' >&2; exit 1; }
sed -i "s/^## \[Unreleased\]\$/&\n\n$heading/" CHANGELOG.md
for chart in deploy/chart/*/Chart.yaml; do
  [ ! -e "$chart" ] || sed -i -E "s/^((version|appVersion): '?)[^']*/\1$npm_package_version/" "$chart"
done
