#!/bin/sh
# Claude Code's PermissionRequest hook: the owner may answer away from the terminal. It runs beside
# the terminal's own question, and the first answer counts. No answer from here is no decision.
. "${0%/*}/common.sh"

relay_alive || exit 0 # nobody shall find the question when it is long over

note_interruptions
hold_envelope permission true
answer=$dispatch/$envelope.json # made for this request alone, and written in Claude Code's terms
taken=$dispatch/.answer-$$
publish_envelope

begin_looking
while [ -z "$interrupted" ] && claude_lives && relay_there; do
  if [ -e "$answer" ] && mv "$answer" "$taken" 2>/dev/null; then
    cat "$taken" 2>/dev/null
    rm -f "$taken"
    exit 0
  fi
  pause_between_looks
done
exit 0
