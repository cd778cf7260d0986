#!/bin/bash
# All linters, in the order of their speed. Stops at the first that finds something.
set -euo pipefail
cd "$(dirname "$0")/.."

run() { echo "+ $*"; "$@"; }

run ruff check .
run ruff format --check .
run yamllint --strict .
run codespell
run mypy
run python tools/role_readmes.py --check
run antsibull-changelog lint
run ansible-lint --offline --profile production
