#!/usr/bin/env bash
# Usage: check_portable.sh BINARY
# Fails if BINARY needs a shared library that is not libc's, or a libc newer than 2.34.
set -euo pipefail
binary=$1
fail=0
while read -r library; do
  case $library in
    libc.so.6 | libm.so.6 | libpthread.so.0 | libdl.so.2 | librt.so.1 | ld-linux-*) ;;
    *) echo "$binary needs the shared library $library; link it statically" >&2; fail=1 ;;
  esac
done < <(objdump -p "$binary" | awk '$1 == "NEEDED" {print $2}')
highest=$(objdump -T "$binary" | grep -o 'GLIBC_2\.[0-9]*' | sort -uV | tail -n 1)
if [ "$(printf '%s\nGLIBC_2.34\n' "$highest" | sort -V | tail -n 1)" != GLIBC_2.34 ]; then
  echo "$binary needs $highest, but 2.34 is the newest allowed:" >&2
  objdump -T "$binary" | grep "$highest" >&2
  fail=1
fi
[ $fail -eq 0 ] && echo "$binary: libc only, at most $highest"
exit $fail
