#!/bin/bash
# Builds the collection's artefact and installs it into an empty directory, as Galaxy's users get it.
# Usage: tools/artefact.sh DIRECTORY [--bare]
#   --bare   then deletes all but meta, plugins, roles and playbooks, without which a collection must work
set -euo pipefail
cd "$(dirname "$0")/.."
directory=$(realpath -m "$1")

rm -rf "$directory"
mkdir -p "$directory"
ansible-galaxy collection build --force --output-path "$directory" . >/dev/null
artefact=$(echo "$directory"/*.tar.gz)
# Without the path, the checkout itself would count as installed.
ANSIBLE_COLLECTIONS_PATH=$directory ansible-galaxy collection install "$artefact" --offline --no-deps >/dev/null
collection=$directory/ansible_collections/file_simulator/nas

# What is new at the top of the checkout gets into the artefact by decision only: here, or in galaxy.yml's build_ignore.
expected="CHANGELOG.rst COPYING FILES.json MANIFEST.json README.md changelogs docs meta playbooks plugins roles"
found=$(cd "$collection" && find . -mindepth 1 -maxdepth 1 -printf '%f\n' | LC_ALL=C sort | xargs)
if [ "$found" != "$expected" ]; then
    echo "The artefact has '$found', expected '$expected': see build_ignore in galaxy.yml" >&2
    exit 1
fi
if junk=$(find "$collection" -name '__pycache__' -o -name '*.pyc' -o -name '*.orig' -o -name '*~' | grep .); then
    echo "The artefact has files that nobody wrote: $junk" >&2
    exit 1
fi
echo "$(basename "$artefact"): $(stat --format=%s "$artefact") bytes, $(find "$collection" -type f | wc -l) files"

if [ "${2:-}" = --bare ]; then
    find "$collection" -mindepth 1 -maxdepth 1 ! -name meta ! -name plugins ! -name roles ! -name playbooks -exec rm -rf {} +
fi
