#!/usr/bin/env bash
# Copyright (c) 2026, file_simulator.nas contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: tools/histories.sh COUNT
# Runs random histories of the sync agent that nobody has tried yet, round after round, until there were COUNT or one
# fails: something lost, a file that should be gone, a change that only a full scan has found. Says how many there were
# and how fast. PROCESSES (2) run side by side; failures are kept as tools/explore.sh keeps them.
set -euo pipefail
count=${1:?how many histories}
if ! [[ $count =~ ^[0-9]+$ ]]; then
    echo "COUNT must be a whole number, not '$count'" >&2
    exit 2
fi
cd "$(dirname "$0")/.."
machines=6
export HYPOTHESIS_PROFILE=explore AGENT_HISTORIES=${AGENT_HISTORIES:-500}
done=0
while ((done < count)); do
    pytest --quiet --numprocesses="${PROCESSES:-2}" tests/unit/agent/test_histories.py
    done=$((done + AGENT_HISTORIES * machines))
    echo "$done histories in $SECONDS s, $((done * 60 / (SECONDS + 1))) a minute: nothing lost, no ghosts, nothing found by a rescan only"
done
