#!/usr/bin/env bash
# Usage: tools/install.sh LIST...
# Installs the Debian packages of the lists that are missing, as root or by sudo. Without either it
# prints the one line to run and fails.
set -euo pipefail
missing=()
foreign=0
while read -r package; do
  dpkg-query -W -f='${Status}\n' "$package" 2>/dev/null | grep -q '^install ok installed$' && continue
  missing+=("$package")
  case $package in *:arm64) foreign=1 ;; esac
done < <(sed 's/#.*//; /^ *$/d' "$@")
[ ${#missing[@]} -eq 0 ] && exit 0

echo "Missing Debian packages: ${missing[*]}"
install="apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
[ $foreign -eq 1 ] && install="dpkg --add-architecture arm64 && $install"
if [ "$(id -u)" -eq 0 ]; then
  as_root=(sh -c)
elif sudo -n true 2>/dev/null; then
  as_root=(sudo sh -c)
elif [ -t 0 ] && command -v sudo >/dev/null; then
  as_root=(sudo sh -c)
else
  echo "Neither root nor sudo here. Have this run once, then try again:" >&2
  echo "  su -c '$install'" >&2
  exit 1
fi
DEBIAN_FRONTEND=noninteractive "${as_root[@]}" "$install" >/dev/null
