#!/bin/sh
# Claude Code's Stop hook: carries the session's word out and the reply in.
. "${0%/*}/common.sh"

if ! relay_alive; then
  hold_envelope stop false
  publish_envelope
  printf '{"systemMessage":"Relay is not running. What this session said is queued; Relay reads it when it starts."}\n'
  exit 0
fi

# json_string FILE: its text as a JSON string, all ASCII, so that no shell or awk can change it.
# Fails above Claude Code's limit for additionalContext.
json_string() {
  od -An -v -tu1 "$1" 2>/dev/null | awk -v limit=10000 '
    function put(unit) {
      if (++units > limit) exit 1
      if (unit == 34 || unit == 92) printf "\\%c", unit
      else if (unit >= 32 && unit < 127) printf "%c", unit
      else printf "\\u%04x", unit
    }
    BEGIN { printf "\"" }
    {
      for (i = 1; i <= NF; i++) {
        byte = $i + 0
        if (byte < 128) { point = byte; more = 0 }
        else if (byte < 192) { point = point * 64 + byte - 128; more-- }
        else if (byte < 224) { point = byte - 192; more = 1 }
        else if (byte < 240) { point = byte - 224; more = 2 }
        else { point = byte - 240; more = 3 }
        if (more > 0) continue
        if (point < 65536) put(point)
        else { put(55232 + int(point / 1024)); put(56320 + point % 1024) }
      }
    }
    END { if (units > limit) exit 1; printf "\"" }' 2>/dev/null
}

deliver() {
  if json=$(json_string "$claimed"); then
    printf '{"hookSpecificOutput":{"hookEventName":"Stop","additionalContext":%s}}\n' "$json" \
      2>/dev/null || interrupted=yes
    settle 0
  fi
  cat "$claimed" >&2 || interrupted=yes
  settle 2
}

mine() { { read -r line <"$waiting"; } 2>/dev/null && [ "$line" = "$me" ]; }

started_at $$
note="$$ $started"
note_interruptions
me="$note ${CLAUDE_PID:-0}"
trap 'mine && rm -f "$waiting"' EXIT

# What an earlier wait left unread must not end this one; and whoever sees the envelope must find
# that a hook waits. So: release away, marker, envelope.
rm -f "$dispatch/release" 2>/dev/null
hold_envelope stop true
[ -d "${waiting%/*}" ] || mkdir -p "${waiting%/*}"
{ printf '%s\n' "$me" >"$waiting"; } 2>/dev/null || drop_envelope
publish_envelope

begin_looking
while [ -z "$interrupted" ] && mine && claude_lives && relay_there; do
  if claim; then deliver; fi
  if [ -e "$dispatch/release" ]; then
    rm -f "$dispatch/release"
    exit 0
  fi
  pause_between_looks
done
exit 0
