#!/bin/bash
# Makes of this mount namespace a machine of its own, and runs the commands of standard input on it.
# Arguments: an empty directory, the checkout, and three numbers: addresses of the loopback below them are the world's.
set -euo pipefail
home=$1 checkout=$2 network=$3

# mount_over <where> <what is there at first>: what changes there lies below $home, and is gone with it.
mount_over() {
  mkdir -p "$home/changes$1" "$home/work$1" "$1"
  mount -t overlay overlay -o "lowerdir=$2,upperdir=$home/changes$1,workdir=$home/work$1" "$1"
}

# The checkout may lie below one of the others.
mkdir "$home/checkout"
mount --bind "$checkout" "$home/checkout"
for place in /etc /opt /usr/local /var/lib; do mount_over "$place" "$place"; done
# What somebody has configured for themselves is not the world's.
mkdir "$home/empty"
mount_over /root "$home/empty"
mount_over /opt/dropstack "$home/checkout"

{
  echo "$network.1 registry.example.org"
  for replica in 1 2 3; do echo "$network.1$replica replica-$replica"; done
} >>/etc/hosts
cd
exec bash -euo pipefail
