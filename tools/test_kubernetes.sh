#!/bin/bash
# Tests the Kubernetes engine on a real cluster: tests/cluster, or the one that KUBECONFIG names.
# Usage: tools/test_kubernetes.sh scenario|servers: molecule's scenario, or single servers to which all manner of things happen.
set -euo pipefail
cd "$(dirname "$0")/.."

status=0
tests/cluster/cluster build || status=$?
if [ "$status" = 77 ]; then
    echo "SKIPPED, for the cluster cannot be built here (see above). The Kubernetes engine is not tested." >&2
    exit 0
fi
[ "$status" = 0 ] || exit "$status"
if [ "$1" = servers ]; then
    # They look at the node's files, so that its node must be this machine.
    exec pytest tests/kubernetes
fi
pytest tests/cluster
exec tools/molecule.sh kubernetes
