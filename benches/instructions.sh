#!/usr/bin/env bash
# Counts the instructions that the layer adds to a page, with callgrind.
#
#   benches/instructions.sh [--features LIST]
#
# A figure is a difference of two runs, with N and with 2 N requests, so that the start of the program is not in it. The
# same requests without the layer are subtracted. The processor's SHA instructions are not used, because valgrind does
# not know them; a page that passes signs nothing and is not affected.
set -euo pipefail
cd "$(dirname "$0")/.."
features=()
while (($#)); do
  case $1 in
    --features) features=(--features "$2"); shift 2 ;;
    *) sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
done
command -v valgrind >/dev/null || { echo "valgrind is not installed" >&2; exit 1; }

log=$(cargo bench -p benchmarks --bench peers --no-run ${features[@]+"${features[@]}"} 2>&1) || { printf '%s\n' "$log" >&2; exit 1; }
program=$(sed -n 's/^ *Executable .*(\(.*\))$/\1/p' <<<"$log")
[[ -x $program ]] || { printf '%s\n' "$log" >&2; exit 1; }

# $1: the job. $2: how often it runs.
collected() {
  local log
  log=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" --profile "$1" "$2" 2>&1)
  sed -n 's/^.*Collected : \([0-9]*\)$/\1/p' <<<"$log" | grep .
}

times=500
per_request() {
  local once twice
  once=$(collected "$1" "$times")
  twice=$(collected "$1" "$((2 * times))")
  echo $(((twice - once) / times))
}

for page in visitor page image; do
  with=$(per_request "$page")
  without=$(per_request "bare $page")
  case $page in
    visitor) what="a visitor's page that passes" ;;
    page) what="an identified page of 8 KiB" ;;
    image) what="an image that passes" ;;
  esac
  echo "$what: $((with - without)) instructions ($with with the request and the bare service)"
done
