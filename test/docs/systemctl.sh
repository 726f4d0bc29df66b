#!/bin/bash
# Stands in for systemd where there is none: starts and stops the one program of a unit, as its user and with its rights.
set -euo pipefail
arguments=("$@")
name=${arguments[-1]}
unit=/etc/systemd/system/$name.service
running=$STAND_IN/$name.pid

setting() { sed -n "s/^$1=//p" "$unit"; }

stop() {
  kill -TERM "$(cat "$running")"
  while kill -0 "$(cat "$running")" 2>/dev/null; do sleep 0.1; done
}

start() {
  local user capabilities
  user=$(setting User)
  capabilities=$(setting AmbientCapabilities | tr A-Z a-z | sed 's/cap_/+/')
  # shellcheck disable=SC2086
  setpriv --reuid "$(id -u "$user")" --regid "$(id -g "$user")" --init-groups \
    --inh-caps "$capabilities" --ambient-caps "$capabilities" \
    $(setting ExecStart) >>"$STAND_IN/$name.log" 2>&1 </dev/null &
  echo $! >"$running"
}

case $1 in
daemon-reload) ;;
start | enable) start ;;
stop) stop ;;
restart)
  stop
  start
  ;;
*)
  echo "systemctl $1 is not stood in for" >&2
  exit 1
  ;;
esac
