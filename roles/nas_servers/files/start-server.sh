#!/bin/sh
# Starts a server's pod, initial copy first: start-server.sh INSTANCE SERVER. One that runs is left alone.
# Ends with another status than 0, and leaves nothing running, when the Windows directory is not there or the pod fails.
set -eu
pod=$1.$2

if [ "$(podman inspect --format '{{.State.Running}}' "$pod.nfs-server")" = true ]; then
    exit 0
fi
directory=$(podman inspect --format '{{range .Mounts}}{{if eq .Destination "/windows"}}{{.Source}}{{end}}{{end}}' \
    "$pod.sync-windows-data")
# Who looks at a mount whose other end has frozen waits for it, and not even SIGKILL ends him: so he holds nothing of ours.
if ! timeout --kill-after=1 10 test -e "$directory/.file-simulator.json" >/dev/null 2>&1; then
    echo "$directory is not mounted, or is not what was laid out there; the server starts when it is"
    exit 1
fi
# A volume in memory is mounted as long as the machine runs; podman alone would unmount it after the initial copy.
memory=$(podman volume inspect --format '{{if eq (index .Options "type") "tmpfs"}}{{.Mountpoint}}{{end}}' "$pod.export")
if [ -n "$memory" ] && ! mountpoint -q "$memory"; then
    podman volume mount "$pod.export"
    # A podman that did not notice a restart of the machine takes it for mounted.
    mountpoint -q "$memory" ||
        mount -t tmpfs -o "$(podman volume inspect --format '{{.Options.o}}' "$pod.export")" tmpfs "$memory"
fi
podman pod start "$pod" && exit 0
podman pod stop "$pod"
exit 1
