#!/bin/bash
# Makes .venv with the packages of a requirements file; installs Python itself where it is missing.
# Usage: tools/venv.sh REQUIREMENTS
#        tools/venv.sh --unusable    prints why a .venv that is there must be made anew; nothing where it need not
set -euo pipefail
cd "$(dirname "$0")/.."
log=.venv/pip.log

fail() { echo "$*" >&2; exit 1; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# Programs in .venv name the directory that it was made in, and its packages lie below the version of its Python.
unusable() {
    [ -e .venv/pyvenv.cfg ] || return 0
    local made_in python
    made_in=$(sed -n 's/^command = .* -m venv \(--[a-z-]* \)*//p' .venv/pyvenv.cfg)
    if [ -n "$made_in" ] && [ "$(realpath -m "$made_in")" != "$(realpath .venv)" ]; then
        echo "it was made as $made_in"
    elif ! python=$(realpath -e .venv/bin/python 2>/dev/null); then
        echo "its Python is gone"
    elif [[ ${python##*/} == python3.* ]] && [ ! -d ".venv/lib/${python##*/}" ]; then
        echo "its Python is another version now"
    fi
}

# ansible-core 2.19, the oldest that is supported, needs Python 3.11.
usable() { "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
find_python() {
    local name
    for name in python3 python3.13 python3.12 python3.11; do
        if usable "$name"; then echo "$name"; return; fi
    done
    return 1
}

# An update that reaches nobody is none of apt's errors; the installation then knows no package, which is not the cause.
apt() {
    local said cause
    if said=$(as_root env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 apt-get -qq "$@" 2>&1 >/dev/null); then
        unreached=${unreached:-$(grep -m 1 '^W: Failed to fetch' <<<"$said" || true)}
        return
    fi
    cause=$(grep -m 1 '^E:' <<<"$said" || tail -n 1 <<<"$said")
    if [[ $cause == *"Unable to locate package"* ]]; then cause=${unreached:-$cause}; fi
    fail "$needed, and apt-get $1 failed: $cause"
}

install_python() {
    local needed="Python 3.11 or newer is needed, with its modules venv and ensurepip" unreached="" version
    command -v apt-get >/dev/null ||
        fail "$needed: install it with this distribution's package manager (RHEL 9: dnf install python3.12), then run make again"
    [ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
        fail "$needed: install python3 and python3-venv as root, then run make again; there is no sudo to do it with"
    echo "Installing Python from the distribution, which needs root" >&2
    apt update
    apt install --yes --no-install-recommends python3 python3-venv
    # Ubuntu 22.04 has Python 3.10 under that name, and 3.11 beside it.
    for version in 3.13 3.12 3.11; do
        if find_python >/dev/null; then return; fi
        if apt-cache show "python$version-venv" >/dev/null 2>&1; then
            apt install --yes --no-install-recommends "python$version-venv"
        fi
    done
    find_python >/dev/null ||
        fail "$needed, and this distribution has $(python3 --version): use Debian 12, Ubuntu 22.04 or newer"
}

if [ "$1" = --unusable ]; then
    unusable
    exit
fi
if ! python=$(find_python); then
    install_python
    python=$(find_python)
fi
reason=$(unusable)
if [ -n "$reason" ]; then
    echo "Making .venv anew: $reason" >&2
    "$python" -m venv --clear .venv
elif [ ! -x .venv/bin/python ]; then
    "$python" -m venv .venv
fi
echo "Installing the Python packages of $1 into .venv" >&2
if ! .venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement "$1" 2>"$log"; then
    if grep -q "connection broken" "$log"; then
        fail "The Python packages of $1 come from PyPI, which does not answer: a network, a proxy (https_proxy) or a mirror" \
            "(PIP_INDEX_URL) is needed; what pip said is in $log"
    fi
    fail "The Python packages of $1 cannot be installed: $(grep -m 1 '^ERROR:' "$log" || tail -n 1 "$log"); all that pip said is in $log"
fi
