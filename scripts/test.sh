#!/usr/bin/env bash
# Every test, with its own set-up. Arguments go to vitest, for example: npm test -- --project scenarios
# Without Docker and without root all but the scenarios run; with CI=true or HARBORMASTER_REQUIRE_DOCKER=1 that is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/set-up.sh --tests
HARBORMASTER_ENGINE_STARTED=
code=0
engine=$(scripts/engine.sh ensure) || code=$?

if ((code == 0)); then
  eval "$engine"
  if [[ -n $HARBORMASTER_ENGINE_STARTED ]]; then trap 'scripts/engine.sh stop' EXIT; fi
  trap 'exit 143' TERM # waits for vitest, so that the engine goes last
  npx vitest run "$@"
elif ((code == 3)) && [[ ${CI:-} != true && ${HARBORMASTER_REQUIRE_DOCKER:-} != 1 ]]; then
  unit=0
  npx vitest run --project unit --project edges "$@" || unit=$?
  echo 'SKIPPED: the Docker suites did not run, because no Docker Engine with Compose v2 answers here and installing one needs root.' >&2
  exit "$unit"
else
  echo 'FAILED: the Docker suites have to run here, and there is no Docker Engine with Compose v2 for them (see above).' >&2
  exit "$code"
fi
