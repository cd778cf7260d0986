#!/bin/bash
# The first process of a machine: turns a root file system into one, then waits and buries the dead.
# Usage, in namespaces of its own: boot.sh ROOT NAME
set -euo pipefail
root=$1
mount --bind "$root" "$root"
cd "$root"
mount -t proc proc proc
mount --rbind /sys sys
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs tmpfs tmp
mount -t tmpfs -o mode=755 tmpfs dev
for device in null zero full random urandom tty fuse net/tun; do
    [ -e "/dev/$device" ] || continue
    mkdir -p "dev/$(dirname "$device")"
    touch "dev/$device"
    mount --bind "/dev/$device" "dev/$device"
done
ln -s /proc/self/fd dev/fd
for number in 0:stdin 1:stdout 2:stderr; do ln -s "fd/${number%:*}" "dev/${number#*:}"; done
mkdir dev/shm dev/pts dev/mqueue
mount -t tmpfs tmpfs dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
ln -s pts/ptmx dev/ptmx
hostname "$2"
ip link set lo up
# The test waits for this line.
echo booted
while :; do
    sleep 3600 &
    wait $! || true
done
