#!/bin/bash
# Lints the workflows with actionlint, which is built with Go: it has no package that works without a download.
set -euo pipefail
cd "$(dirname "$0")/.."
version=v1.7.12
bin=$HOME/.cache/file-simulator/actionlint-$version

if ! [ -x "$bin/actionlint" ] && ! command -v go >/dev/null; then
    echo "SKIPPED: the workflows are not linted, for actionlint is built with Go, and there is none." >&2
    exit 0
fi
[ -x "$bin/actionlint" ] || GOBIN=$bin go install "github.com/rhysd/actionlint/cmd/actionlint@$version"
"$bin/actionlint" -color
