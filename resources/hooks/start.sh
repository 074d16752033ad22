#!/bin/sh
# Claude Code's SessionStart hook: reports the session and has Claude Code watch the folder by which
# the relay can wake it when it is idle (see wake.sh).
. "${0%/*}/common.sh"

hold_envelope start false
# Print mode is never idle, and would throw away what wake.sh says.
if [ "$attended" != false ] && mkdir -p "$wake" 2>/dev/null; then
  rm -f "$wake"/wake-*
  case $wake in
    *[\"\\]*) ;; # JSON would have to spell this path otherwise: no waking, then
    *) printf '{"hookSpecificOutput":{"hookEventName":"SessionStart","watchPaths":["%s"]}}\n' "$wake" ;;
  esac
fi
publish_envelope
