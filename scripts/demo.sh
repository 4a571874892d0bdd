#!/usr/bin/env bash
# The main job, for real and on this machine: set-up, an engine if there is none, then `harbormaster demo`.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/set-up.sh --demo
HARBORMASTER_ENGINE_STARTED=
engine=$(scripts/engine.sh ensure)
eval "$engine"
if [[ -n $HARBORMASTER_ENGINE_STARTED ]]; then trap 'scripts/engine.sh stop' EXIT; fi
trap 'exit 143' TERM # waits for the demo's own clean-up, so that the engine goes last

node dist/harbormaster.cjs demo "$@"
