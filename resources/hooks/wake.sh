#!/bin/sh
# Claude Code's FileChanged hook (asyncRewake): the relay has dropped a file into the session's
# watched folder because a reply lies ready and no Stop hook waits. Exit 2 wakes the session with
# what is on stderr.
. "${0%/*}/common.sh"

set -- "$wake"/wake-*
[ -e "$1" ] || exit 0 # another file, or the removal of ours
[ "$attended" != false ] || exit 0 # print mode would throw the reply away
rm -f "$@"            # before the claim: a file dropped after it is for the next reply

# A Stop hook that waits will have seen the reply by itself.
if { read -r hook_pid hook_start _ <"$waiting"; } 2>/dev/null && lives "$hook_pid" "$hook_start"; then
  exit 0
fi

note_interruptions
claim || exit 0
size=$(wc -c <"$claimed")
if [ "$size" -le 100000 ]; then
  cat "$claimed" >&2 || interrupted=yes
  settle 2
fi
# Claude Code cuts the middle out of a longer one.
file=$dispatch/message-$(date +%s)-$$.txt
cp "$claimed" "$file" || interrupted=yes
printf 'The message is %s bytes long, too long to be put here. Read the whole of it in %s and act on it.\n' \
  $((size)) "$file" >&2 || interrupted=yes
settle 2
