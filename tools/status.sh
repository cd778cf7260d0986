#!/bin/bash
# Tells how the servers are: a table, or with FORMAT json a JSON list and nothing else.
# Usage: tools/status.sh FORMAT [ansible-playbook's arguments]
set -euo pipefail
format=$1
shift
case "$format" in
table) variable=file_simulator_status_table ;;
json) variable=file_simulator_status_file ;;
*)
    echo "FORMAT: '$format' is unknown; choose table or json" >&2
    exit 2
    ;;
esac
exec "$(dirname "$0")/show.sh" status "$variable" "$@"
