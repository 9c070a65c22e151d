#!/usr/bin/env bash
# Usage: installed_library.sh BUILD_DIR
# Installs the build into an empty folder and builds examples/consumer against it, by CMake and by
# pkg-config; then runs both.
set -euo pipefail
build=$1
source=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$build" --prefix "$work/tree" >/dev/null

cmake -S "$source/examples/consumer" -B "$work/by-cmake" -DCMAKE_PREFIX_PATH="$work/tree" >/dev/null
cmake --build "$work/by-cmake" >/dev/null
"$work/by-cmake/consumer" "$source/data/recorded/cnn-digits" >"$work/by-cmake.txt"

package=$(find "$work/tree" -name joulecast.pc -printf '%h')
# shellcheck disable=SC2046
c++ "$source/examples/consumer/consumer.cc" -o "$work/by-pkg-config" \
  $(PKG_CONFIG_PATH=$package pkg-config --cflags --libs joulecast)
"$work/by-pkg-config" "$source/data/recorded/cnn-digits" >"$work/by-pkg-config.txt"

cmp "$work/by-cmake.txt" "$work/by-pkg-config.txt"
grep -q 'J projected after epoch' "$work/by-cmake.txt"
"$work/tree/bin/joulecast" --version
