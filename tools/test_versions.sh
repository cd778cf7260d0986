#!/bin/bash
# Tests what runs elsewhere than in .venv: another ansible-core, modules on the oldest Python, the oldest client of
# the Kubernetes API. Pythons are found on PATH and among pyenv's; what one is missing for is skipped, loudly.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$PWD/.ansible/versions
mkdir -p "$work"

say() { echo "== $*"; }

python_for() {  # python_for WHAT VERSION...: the first of these Pythons; fails where there is none
    local what=$1 found
    shift
    found=$(tools/pythons.sh "$@" | head -1)
    if [ -z "$found" ]; then
        echo "SKIPPED: $what, for it needs one of Python $*, and none is on PATH or in pyenv" >&2
        return 1
    fi
    echo "$found"
}

environment() {  # environment NAME PYTHON PIP-ARGUMENTS...: a virtual environment, kept from run to run
    local directory=$work/$1 python=$2
    shift 2
    [ -x "$directory/bin/python" ] || "$python" -m venv "$directory"
    "$directory/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
}

core_of() { "$1/python" -c 'import ansible.release; print(ansible.release.__version__)'; }

layout() {  # layout ANSIBLE PYTHON: modules create the Windows directories, then find nothing to do
    local drives recap
    say "Modules on $("$2" --version), from ansible-core $(core_of "$1")"
    drives=$(mktemp -d)
    for expected in changed=1 changed=0; do
        recap=$("$1/ansible-playbook" playbooks/layout.yml --extra-vars \
            "ansible_python_interpreter=$2 file_simulator_drive_root=$drives windows_layout_registry=$drives/registry.json" |
            grep '^localhost')
        echo "$recap"
        grep -q "$expected .*failed=0" <<<"$recap"
    done
    test -f "$drives/c/simulator-data/nas-input-1/.file-simulator.json"
    rm -rf "$drives"
}
# Each ansible-core with the oldest Python that it takes on a managed machine.
if oldest=$(python_for "modules from ansible-core 2.19 on the oldest Python" 3.8); then
    layout "$PWD/.venv/bin" "$oldest"
fi
if newer=$(python_for "ansible-core 2.21" 3.14 3.13 3.12); then
    environment newer "$newer" --requirement requirements.txt hypothesis junitparser pytest pytest-xdist
    say "ansible-core $(core_of "$work/newer/bin") on $("$newer" --version): unit tests, and the syntax of all playbooks"
    "$work/newer/bin/python" -m pytest --numprocesses=2 tests/unit/plugins
    "$work/newer/bin/ansible-playbook" --syntax-check site.yml playbooks/*.yml molecule/role_reuse/foreign/*.yml >/dev/null
    if oldest=$(python_for "modules from ansible-core 2.21 on the oldest Python" 3.9); then
        layout "$work/newer/bin" "$oldest"
    fi
fi

say "The oldest Python client of the Kubernetes API"
environment oldest-client .venv/bin/python --requirement requirements.txt hypothesis junitparser pytest
environment oldest-client .venv/bin/python kubernetes==25.3.0
"$work/oldest-client/bin/python" -m pytest tests/unit/plugins -k kubernetes
