#!/bin/bash
# Runs a playbook that writes what it has found to a file, and prints that file and nothing else. What the playbook
# itself says, whatever callbacks the user has set, is printed only where it fails: its last
# error, for one that was looked into says less than what followed from it, and with -v all of it.
# Usage: tools/show.sh PLAYBOOK VARIABLE [ansible-playbook's arguments]; the playbook takes the file's name in VARIABLE.
set -euo pipefail
cd "$(dirname "$0")/.."
playbook=$1
variable=$2
shift 2
# Where the user's directory for temporary files is not there, the system's is.
scratch=$(mktemp -d 2>/dev/null || TMPDIR=/tmp mktemp -d)
trap 'rm -rf "$scratch"' EXIT
if ! ANSIBLE_STDOUT_CALLBACK=ansible.builtin.default \
    ansible-playbook "playbooks/$playbook.yml" -e "$variable=$scratch/found" "$@" >"$scratch/log" 2>&1; then
    if [[ " $* " == *" -v"* ]] || ! grep -q '^\[ERROR\]: ' "$scratch/log"; then
        cat "$scratch/log" >&2
    else
        sed -En 's/^\[ERROR\]: (Task failed: )?((Module|Action) failed: )?/ERROR: /p' "$scratch/log" | tail -n 1 >&2
    fi
    exit 1
fi
cat "$scratch/found"
