#!/bin/sh
# Claude Code's UserPromptSubmit hook: a person who types wins. It ends the wait of the Stop hook,
# and the relay learns what was typed. Wakes and background tasks come this way too
# (<task-notification>), and so does what the relay itself sends by `claude --resume`: not a person.
. "${0%/*}/common.sh"

trap 'rm -f "$waiting"' EXIT # a person wins even where the envelope cannot be written
hold_envelope prompt false
if [ "$RELAY_RESUME" = "$session" ] ||
  grep -qF '"prompt":"<task-notification>' "$home/queue/.$envelope"; then
  trap - EXIT
  drop_envelope
fi
rm -f "$waiting" # before the envelope: who reads it finds no hook that waits
publish_envelope
