#!/bin/bash
# Looks at the HTML report in a real browser. Installs Debian's Chromium where it is missing and may be installed;
# elsewhere says loudly that nothing was tested.
set -euo pipefail
cd "$(dirname "$0")/.."

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo --non-interactive "$@"; fi; }
there() { command -v chromium && command -v chromedriver && command -v pdftotext; } >/dev/null

if ! there; then
    echo "Installing Chromium from the distribution"
    { as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends \
            chromium chromium-driver poppler-utils fonts-dejavu-core >/dev/null; } || true
fi
if ! there; then
    echo "SKIPPED: tests/report, for chromium, chromium-driver and poppler-utils are not installed and could not be." >&2
    echo "How the HTML report looks is not tested." >&2
    exit 0
fi
exec pytest tests/report "$@"
