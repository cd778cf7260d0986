#!/bin/bash
# Lints the workflows with actionlint, which is built with Go: it has no package that works without a download.
set -euo pipefail
cd "$(dirname "$0")/.."
version=v1.7.12
bin=$HOME/.cache/file-simulator/actionlint-$version

[ -x "$bin/actionlint" ] || GOBIN=$bin go install "github.com/rhysd/actionlint/cmd/actionlint@$version"
"$bin/actionlint" -color
