#!/bin/bash
# Tells how the servers are: a table, or with FORMAT json a JSON list and nothing else.
# Usage: tools/status.sh FORMAT [ansible-playbook's arguments]
set -euo pipefail
cd "$(dirname "$0")/.."
format=$1
shift
if [ "$format" != table ] && [ "$format" != json ]; then
    echo "FORMAT: '$format' is unknown; choose table or json" >&2
    exit 2
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
if ! ansible-playbook playbooks/status.yml -e "file_simulator_status_file=$scratch/status.json" "$@" >"$scratch/log" 2>&1; then
    cat "$scratch/log" >&2
    exit 1
fi
if [ "$format" = json ]; then
    cat "$scratch/status.json"
else
    # The table is what the summary callback prints after the recap.
    sed '1,/^PLAY RECAP/d' "$scratch/log" | sed '1,/^$/d'
fi
