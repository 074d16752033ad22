#!/bin/sh
# Claude Code's SessionEnd, StopFailure and Notification hooks: the word goes out, nothing comes in.
# In print mode Claude Code ends 25 ms after a failure and tells its hooks to end: this one finishes.
trap '' TERM INT HUP
. "${0%/*}/common.sh"

hold_envelope "$1" false
[ "$1" != end ] || rmdir "$wake" 2>/dev/null
publish_envelope
