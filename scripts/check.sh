#!/usr/bin/env bash
# What looks at the sources, side by side, and then the unit tests, which take every core. What one of them finds hides nothing of the others.
set -u
cd "$(dirname "$0")/.."
said=$(mktemp -d)
trap 'rm -rf "$said"' EXIT
declare -A at_work
for part in lint types dead-code; do
  npm run --silent "$part" >"$said/$part" 2>&1 &
  at_work[$part]=$!
done
red=0
for part in lint types dead-code; do
  if wait "${at_work[$part]}"; then echo "$part: in order"; else red=1; cat "$said/$part"; echo "$part: not in order"; fi
done
[[ $red == 0 ]] || exit 1
npm run --silent unit
