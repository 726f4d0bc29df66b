#!/bin/bash
# What pages take as given, in the directory where it is run: two versions of a little root filesystem, and a droplet.
set -euo pipefail

# rootfs <version> <version of libssl3>
rootfs() {
  local tree
  tree=$(mktemp -d)
  mkdir -p "$tree"/{bin,etc,var/lib/dpkg}
  printf '#!/bin/false\n' >"$tree/bin/bash"
  chmod 755 "$tree" "$tree/bin/bash"
  echo "PRETTY_NAME=\"cflinuxfs4 $1\"" >"$tree/etc/os-release"
  printf 'Package: libssl3\nStatus: install ok installed\nArchitecture: amd64\nSource: openssl\nVersion: %s\n' "$2" \
    >"$tree/var/lib/dpkg/status"
  tar -czf "cflinuxfs4-$1.tar.gz" -C "$tree" .
  rm -r "$tree"
}

droplet() {
  local tree
  tree=$(mktemp -d)
  mkdir "$tree/app"
  echo 'echo hello' >"$tree/app/start.sh"
  echo '{"detected_buildpack": "binary", "start_command": "bash start.sh"}' >"$tree/staging_info.yml"
  tar --owner=vcap:2000 --group=vcap:2000 -czf droplet.tgz -C "$tree" .
  rm -r "$tree"
}

rootfs 1.268.0 3.0.2-0ubuntu1.19
rootfs 1.269.0 3.0.2-0ubuntu1.20
droplet
