#!/bin/bash
# All linters, in the order of their speed. Stops at the first that finds something.
set -euo pipefail
cd "$(dirname "$0")/.."

run() { echo "+ $*"; "$@"; }

run ruff check .
run ruff format --check .
run yamllint --strict .
run codespell
# ruff knows the syntax of Python 3.8, vermin its library.
run vermin --no-tips --violations --target=3.8- plugins/modules plugins/module_utils
run mypy
run python tools/role_readmes.py --check
run python tools/readme.py --check
run python tools/requirements.py --check
run python tools/topology.py --check
run antsibull-changelog lint
run pytest tests/repository
run zizmor --offline --quiet .github
run antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs dependent \
    --disallow-unknown-collection-refs --skip-rstcheck .
run ansible-lint --offline --profile production
