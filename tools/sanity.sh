#!/bin/bash
# Runs all of ansible-test sanity on the built artefact, without an ignore file.
# Usage: tools/sanity.sh [ansible-test sanity's arguments]
set -euo pipefail
cd "$(dirname "$0")/.."
# Outside the checkout: ansible-test refuses links, and would see nothing in a directory that git ignores.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# A home of its own, where ansible-test keeps its virtual environments from run to run.
cache=$HOME/.cache/file-simulator/ansible-test
pip_version=$(python -c '
import types
from ansible_test._internal import python_requirements
print(python_requirements.get_venv_packages(types.SimpleNamespace(version=None))["pip"].replace(".", "_"))')
mkdir -p "$cache/.ansible/test/cache"
cp tools/get_pip.py "$cache/.ansible/test/cache/get_pip_$pip_version.py"

tools/artefact.sh "$work"
# The code is compiled and imported with every Python on PATH that Ansible knows.
for python in $(tools/pythons.sh 3.8 3.9 3.10 3.11 3.12 3.13 3.14); do
    PATH=$PATH:$(dirname "$python")
done
# Shims of pyenv say that they are a Python, and are none.
PATH=$(tr : '\n' <<<"$PATH" | grep -v '/shims$' | paste -sd :)

cd "$work/ansible_collections/file_simulator/nas"
export PIP_CACHE_DIR=${PIP_CACHE_DIR:-$HOME/.cache/pip}
HOME=$cache ansible-test sanity --color no "$@"
