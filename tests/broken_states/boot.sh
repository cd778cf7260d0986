#!/bin/bash
# The first process of a machine that shares this one's programs, and has podman's state to itself: below DIRECTORY,
# on a disk, so that it outlives the machine. Usage, in namespaces of its own: boot.sh DIRECTORY
set -euo pipefail
mount -t proc proc /proc
mount -t tmpfs tmpfs /dev/shm
mount --bind "$1/run" /run
mount --bind "$1/containers" /var/lib/containers
mkdir -p /var/lib/file-simulator
mount --bind "$1/state" /var/lib/file-simulator
mkdir -p /etc/containers/networks
mount --bind "$1/networks" /etc/containers/networks
ip link set lo up
hostname private
# The test waits for this line.
echo booted
while :; do
    sleep 3600 &
    wait $! || true
done
