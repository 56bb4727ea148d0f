#!/bin/sh
# Runs the packed benchmark: run.sh [OUT] [options of run.py]. CHROMIUM names a Chromium of this machine; without it,
# the packed one is unpacked. Results go to the folder OUT, which is `out` next to this file by default.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out="$here/out"
case "${1:-}" in
'' | --*) ;;
*)
  out=$1
  shift
  ;;
esac
if [ -z "${CHROMIUM:-}" ]; then
  root=${CHROMIUM_ROOT:-/tmp/gpu-bench-chromium}
  bash "$here/chromium.sh" "$here/chromium.tar.xz" "$root"
  CHROMIUM="$root/chromium"
fi
exec python3 -B "$here/driver/run.py" --chromium "$CHROMIUM" --out "$out" "$@"
