#!/bin/sh
# fuzz/run.sh SECONDS [BUILD_FOLDER]
#
# Runs every fuzz target, two at a time, SECONDS for all of them together; fails on any finding.
# What a finding needs to be repeated is left in BUILD_FOLDER/findings.
set -eu
seconds=${1:?usage: fuzz/run.sh SECONDS [BUILD_FOLDER]}
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${2:-$here/../build/fuzz}" && pwd)
programs=$(find "$build" -maxdepth 2 -name '*_fuzz' -type f | sort)
count=$(echo "$programs" | grep -c . || true)
if [ "$count" -eq 0 ]; then
  echo "fuzz/run.sh: no fuzz targets under $build; build them first: cmake --build --preset fuzz" >&2
  exit 1
fi
each=$((2 * seconds / count))
[ "$each" -ge 1 ] || each=1
mkdir -p "$build/findings"

fuzz_one() {
  name=$(basename "$1" _fuzz)
  # New inputs go to the build folder, the seeds in the repository stay as they are.
  mkdir -p "$build/corpus/$name" "$here/corpus/$name"
  if ! "$1" -max_total_time="$each" -max_len=8192 -timeout=10 -rss_limit_mb=1024 -close_fd_mask=1 \
      -print_final_stats=0 -artifact_prefix="$build/findings/$name-" \
      "$build/corpus/$name" "$here/corpus/$name" > "$build/findings/$name.log" 2>&1; then
    echo "fuzz/run.sh: $name: a finding, see $build/findings/$name.log" >&2
    return 1
  fi
  echo "$name: quiet for $each s, $(grep -c . "$build/findings/$name.log") lines of log"
}

failed=0
set -- $programs
while [ $# -gt 0 ]; do
  fuzz_one "$1" & first=$!
  second=
  if [ $# -gt 1 ]; then
    fuzz_one "$2" & second=$!
    shift
  fi
  shift
  wait "$first" || failed=1
  if [ -n "$second" ]; then wait "$second" || failed=1; fi
done
exit "$failed"
