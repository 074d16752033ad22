#!/bin/sh
# Claude Code's SessionStart hook: reports the session and has Claude Code watch the folder by which
# the relay can wake it when it is idle (see wake.sh).
. "${0%/*}/common.sh"

mkdir -p "$wake" 2>/dev/null
rm -f "$wake"/wake-* 2>/dev/null
hold_envelope start false
publish_envelope
case $wake in *[\"\\]*) exit 0 ;; esac # a path that JSON would have to spell otherwise
printf '{"hookSpecificOutput":{"hookEventName":"SessionStart","watchPaths":["%s"]}}\n' "$wake"
