#!/bin/sh
# Run by `npm ci` in a clone. The Node that it brings links libatomic, which a minimal Debian lacks.
node=node_modules/.bin/node
# Without the development dependencies, whoever installs brings the runtime.
[ -e "$node" ] || exit 0
"$node" --version >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo 'Installing libatomic1, which the pinned Node needs'
  apt-get -qq update
  DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends libatomic1 >/dev/null
fi
"$node" --version >/dev/null && exit 0
echo 'The pinned Node does not start: install the libraries that it names above (on Debian: apt-get install libatomic1)' >&2
exit 1
