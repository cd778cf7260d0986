#!/bin/bash
# Makes .venv with the packages of a requirements file; installs Python itself where it is missing.
# Usage: tools/venv.sh REQUIREMENTS
set -euo pipefail
cd "$(dirname "$0")/.."

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# ansible-core 2.19, the oldest that is supported, needs Python 3.11.
usable() { "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
find_python() {
    local name
    for name in python3 python3.13 python3.12 python3.11; do
        if usable "$name"; then echo "$name"; return; fi
    done
    return 1
}

if ! python=$(find_python); then
    echo "Installing Python from the distribution"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends python3 python3-venv >/dev/null
    python=$(find_python) || {
        echo "Python 3.11 or newer is needed, and this distribution has $(python3 --version); use Debian 12 or newer, or Ubuntu 24.04" >&2
        exit 1
    }
fi
[ -x .venv/bin/python ] || "$python" -m venv .venv
echo "Installing the Python packages of $1 into .venv"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement "$1"
