#!/bin/bash
# Does with an artefact what Galaxy does with an upload, ansible-lint included, and fails at a warning.
# Usage: tools/galaxy_import.sh ARTEFACT
set -euo pipefail
artefact=$(realpath "$1")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# In a directory of its own, where it leaves its result. ansible-test has its own target: tools/sanity.sh.
cd "$scratch"
GALAXY_IMPORTER_REQUIRE_V1_OR_GREATER=true GALAXY_IMPORTER_CHECK_REQUIRED_TAGS=true \
    python -m galaxy_importer.main "$artefact" | tee log
if grep -E '^(WARNING|ERROR|CRITICAL)' log >/dev/null || ! grep -qx 'Importer processing completed successfully' log; then
    echo "Galaxy would complain: see above" >&2
    exit 1
fi
