#!/bin/bash
# Prints the path of each asked-for Python that is on this machine, on PATH or made by pyenv.
# Usage: tools/pythons.sh 3.8 3.13
set -euo pipefail

for version in "$@"; do
    for candidate in $(type -aP "python$version") "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$version".*/bin/python"$version"; do
        # A shim of pyenv is on PATH even where it leads nowhere.
        if path=$("$candidate" -c 'import sys; print(sys._base_executable)' 2>/dev/null); then
            echo "$path"
            break
        fi
    done
done
