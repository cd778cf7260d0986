#!/bin/bash
# Runs one of molecule's scenarios. Where it fails, what failed is said once more, below molecule's own tables.
# Usage: tools/molecule.sh SCENARIO
set -euo pipefail
cd "$(dirname "$0")/.."

log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
ANSIBLE_LOG_PATH=$log molecule test --scenario-name "$1" || status=$?
if [ "$status" != 0 ]; then
    grep --extended-regexp --after-context=12 "FAILED!|^ *E  +[A-Z][A-Za-z]*(Error|Failed)" "$log" | sed "s/^.*| fatal/fatal/" | cut --characters=1-600 | tail -n 60 >&2 || true
fi
exit "$status"
