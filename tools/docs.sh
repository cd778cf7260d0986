#!/bin/bash
# Builds the site: the guides of docs/, and a page for each module, plugin and role. A warning is a failure.
# Usage: tools/docs.sh DIRECTORY; the site is in DIRECTORY/build/html
set -euo pipefail
cd "$(dirname "$0")/.."
directory=$(realpath -m "$1")

rm -rf "$directory"
# antsibull-docs wants a directory that nobody else can write to.
install -d -m 0755 "$directory/rst/collection"
tools/artefact.sh "$directory/artefact"
export ANSIBLE_COLLECTIONS_PATH=$directory/artefact
antsibull-docs collection --use-current --squash-hierarchy --fail-on-error --cleanup everything \
    --dest-dir "$directory/rst/collection" file_simulator.nas >/dev/null
python tools/site/guides.py "$directory/rst/guides"
cp tools/site/index.rst "$directory/rst/"
sphinx-build -M html "$directory/rst" "$directory/build" --conf-dir tools/site --quiet --fail-on-warning --keep-going
echo "$directory/build/html/index.html"
