#!/bin/sh
# Removes the directory of what all instances on this machine share, unless there is an instance in it or an image that one
# is about to run. A run that is about to need it holds its lock: then it stays, too. Says what it did.
# An instance's name is a DNS label; what is called otherwise is nobody's own.
exec flock --exclusive --nonblock --conflict-exit-code 0 "$1" sh -c '
    if [ -z "$(find "$1" -mindepth 1 -maxdepth 1 \( -type d ! -name "*[!a-z0-9-]*" -o -name "*.image" \) -print -quit)" ]; then
        rm -rf -- "$1" && echo removed
    fi' sh "$1"
