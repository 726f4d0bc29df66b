#!/bin/sh
# Run where an image is built, in a checkout that is built: puts what the image holds below the directory $1. That is dropstack, Node,
# igzip where there is one, and the libraries that they link; of these, for licences and scanners, also what dpkg says.
set -eu
out=$1
mkdir -p "$out/usr/local/bin" "$out/etc" "$out/dropstack/src"
mkdir -m 1777 "$out/tmp"
echo 'dropstack:x:2000:2000:dropstack:/data:/nonexistent' >"$out/etc/passwd"
echo 'dropstack:x:2000:' >"$out/etc/group"
echo 'hosts: files dns' >"$out/etc/nsswitch.conf"
cp -L /etc/os-release "$out/etc/os-release"

cp src/dropstack.js "$out/dropstack/src"
cp -R package.json LICENSE sbom.cdx.json dist node_modules "$out/dropstack"
# What only compilers and debuggers read is a third of it.
find "$out/dropstack/node_modules" -type f \( -name '*.d.ts' -o -name '*.d.[cm]ts' -o -name '*.map' \) -delete

for program in node igzip; do
  path=$(command -v "$program") || continue
  cp -L "$path" "$out/usr/local/bin"
done
linked=$(ldd "$out"/usr/local/bin/* && find node_modules -name '*.node' -exec ldd {} +)
if echo "$linked" | grep 'not found' >&2; then exit 1; fi
libraries=$(echo "$linked" | awk '{ for (i = 1; i <= NF; i++) if ($i ~ /^\/.*[^:]$/) print $i }' | sort -u)
for library in $libraries; do
  mkdir -p "$out$(dirname "$library")"
  cp -L "$library" "$out$library"
done

command -v dpkg-query >/dev/null || exit 0
mkdir -p "$out/var/lib/dpkg/status.d"
for library in $libraries; do dpkg-query --search "*/$(basename "$library")" || true; done |
  cut -d : -f 1 | sort -u | while read -r package; do
    dpkg-query --status "$package" >"$out/var/lib/dpkg/status.d/$package"
    licence=/usr/share/doc/$package/copyright
    [ -e "$licence" ] || continue
    mkdir -p "$out${licence%/*}"
    cp -L "$licence" "$out$licence"
  done
