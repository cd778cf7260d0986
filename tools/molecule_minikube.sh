#!/bin/bash
# Runs molecule/minikube where a container node can run; says why not, and skips, elsewhere.
# NAS_MINIKUBE_DRIVER chooses docker or podman.
set -euo pipefail
cd "$(dirname "$0")/.."

reasons=""
for driver in ${NAS_MINIKUBE_DRIVER:-docker podman}; do
    found=$(tests/minikube/problems.py "$driver" "${NAS_MINIKUBE_MEMORY:-4096}")
    if [ -z "$found" ]; then
        NAS_MINIKUBE_DRIVER=$driver exec tools/molecule.sh minikube
    fi
    reasons+=$(sed "s/^/  $driver: /" <<<"$found")$'\n'
done
printf 'SKIPPED: molecule/minikube: no node can run here:\n%sThe role minikube was not tried on a real profile.\n' "$reasons" >&2
