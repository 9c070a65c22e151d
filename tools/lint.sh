#!/usr/bin/env bash
# clang-format and clang-tidy on the C++ files that changed since BASE (default: where this branch
# left origin/main, or the last commit); with ALL=1 on all of them. clang-tidy takes ten seconds a
# file: tests get it only with ALL=1.
set -euo pipefail
cd "$(dirname "$0")/.."
build=${BUILD:-build/release}
if [ "${ALL:-0}" = 1 ]; then
  files=$(git ls-files '*.cc' '*.h')
else
  base=${BASE:-$(git merge-base HEAD origin/main 2>/dev/null || true)}
  if [ -z "$base" ] || [ "$base" = "$(git rev-parse HEAD)" ]; then
    base=$(git rev-parse -q --verify HEAD~1 || git hash-object -t tree /dev/null)
  fi
  files=$( (git diff --name-only --diff-filter=d "$base" -- '*.cc' '*.h'
            git ls-files --others --exclude-standard -- '*.cc' '*.h') | sort -u)
fi
[ -n "$files" ] || { echo "lint: no C++ file changed"; exit 0; }

echo "$files" | xargs clang-format-14 --dry-run --Werror
# Headers are checked through the sources that include them; only sources have a compile command.
sources=$(echo "$files" | grep '\.cc$' | grep -v '^fuzz/' || true)
[ "${ALL:-0}" = 1 ] || sources=$(echo "$sources" | grep -v '_test\.cc$' || true)
[ -n "$sources" ] || exit 0
# GCC's own warning options mean nothing to clang.
if ! echo "$sources" | xargs -P "$(nproc)" -n 1 clang-tidy-14 -p "$build" --quiet \
    --extra-arg=-Wno-unknown-warning-option >"$build/lint.log" 2>/dev/null; then
  cat "$build/lint.log" >&2
  echo "lint: clang-tidy found something (above)" >&2
  exit 1
fi
echo "lint: $(echo "$sources" | wc -l) sources clean"
