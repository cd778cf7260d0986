#!/usr/bin/env bash
# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: tools/explore.sh MINUTES
# Runs the random tests with new seeds, round after round, until the time is over or something fails. Failures are
# kept in ~/.cache/file-simulator/hypothesis, outside the checkout, and are tried first the next time.
set -euo pipefail
minutes=${1:?how many minutes}
if ! [[ $minutes =~ ^[0-9]+$ ]]; then
    echo "MINUTES must be a whole number, not '$minutes'" >&2
    exit 2
fi
cd "$(dirname "$0")/.."
export HYPOTHESIS_PROFILE=explore AGENT_HISTORIES=${AGENT_HISTORIES:-500}
end=$((SECONDS + minutes * 60))
rounds=0
while ((SECONDS < end)); do
    # A round is not cut off: it is short against the minutes that one explores for.
    pytest --numprocesses=2 tests/unit/agent/test_histories.py tests/unit/agent/test_parts.py
    rounds=$((rounds + 1))
done
echo "$rounds rounds of $((AGENT_HISTORIES * 6)) histories, nothing failed"
