#!/bin/sh
# Removes from a directory what all instances on this machine share, unless there is an instance in it or an image that one
# is about to run. A run that is about to need it holds its lock: then it stays, too. Says what it did.
# An instance's name is a DNS label. What was put into Windows directories (test_data) is known as long as they are there.
exec flock --exclusive --nonblock --conflict-exit-code 0 "$1" sh -c '
    if [ -z "$(find "$1" -mindepth 1 -maxdepth 1 \( -type d ! -name "*[!a-z0-9-]*" -o -name "*.image" \) -print -quit)" ]; then
        find "$1" -mindepth 1 -maxdepth 1 ! -name test_data -exec rm -rf -- {} + && echo removed
        rmdir -- "$1/test_data" "$1" 2>/dev/null || :
    fi' sh "$1"
