#!/bin/bash
# Shows how the servers are, again and again in the same place, until Ctrl-C.
# Usage: tools/watch.sh SECONDS [ansible-playbook's arguments]
set -euo pipefail
cd "$(dirname "$0")/.."
pause=$1
shift
if ! [[ "$pause" =~ ^[0-9]+$ ]]; then
    echo "EVERY: '$pause' is no number of seconds" >&2
    exit 2
fi
scratch=$(mktemp -d 2>/dev/null || TMPDIR=/tmp mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 0' INT
arguments=()
for argument in "$@"; do
    # Asked for once, not each time.
    if [ "$argument" = --ask-become-pass ]; then
        read -rsp "BECOME password: " password
        echo
        (umask 077 && printf '%s' "$password" >"$scratch/password")
        argument=--become-password-file=$scratch/password
    fi
    arguments+=("$argument")
done
while true; do
    if ! tools/status.sh table "${arguments[@]}" >"$scratch/table" 2>&1; then
        cat "$scratch/table" >&2
        exit 1
    fi
    if [ -t 1 ]; then
        # From the top left corner, each line and the rest of the screen cleared behind it.
        printf '\e[H%s\e[K\n\e[K\n' "$(date '+%F %T')"
        sed 's/$/\x1b[K/' "$scratch/table"
        printf '\e[J'
    else
        date '+%F %T'
        cat "$scratch/table"
        echo
    fi
    sleep "$pause"
done
