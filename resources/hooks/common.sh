# What every Relay hook needs. Sourced, never run. POSIX sh; one process more than the hook itself
# is started only where there is no builtin for it. Rule of the house: a hook that cannot do its
# part (the home is gone, the queue is full) ends with 0 and says nothing; a session comes first.

# shellcheck disable=SC2034 # the hooks use these
home=${0%/hooks/*}
session=$CLAUDE_CODE_SESSION_ID
dispatch=$home/dispatch/$session
wake=$home/state/wake/$session
waiting=$home/state/waiting/$session
claimed=$dispatch/.claimed-$$
umask 077
export LC_ALL=C # bytes are bytes, and a date is spelled the same everywhere

# Whether somebody sits before it (a terminal) or not (print mode); null where Claude Code does not say.
case $CLAUDE_CODE_SESSION_ATTENDED$CLAUDE_CODE_ENTRYPOINT in
  1* | cli) attended=true ;;
  0* | sdk-cli) attended=false ;;
  *) attended=null ;;
esac

# The session id becomes part of paths: nothing but this alphabet, and no step upwards.
case $session in '' | . | .. | *[!A-Za-z0-9._-]*) exit 0 ;; esac
[ ${#session} -le 128 ] && [ -d "$home/queue" ] && [ "$RELAY_HOOKS" != off ] || exit 0

# Claude Code runs the hooks of a plug-in beside the same ones in the settings. One of them is enough.
if [ -n "$CLAUDE_PLUGIN_ROOT" ] && grep -qsF "$home/hooks/" \
  "${CLAUDE_CONFIG_DIR:-$HOME/.claude}/settings.json" \
  "$CLAUDE_PROJECT_DIR/.claude/settings.json" "$CLAUDE_PROJECT_DIR/.claude/settings.local.json"; then
  exit 0
fi

# started_at PID: sets $started to what tells this process from a later one with the same number.
# Fails when there is no such process, or only its remains (a zombie).
started_at() {
  started=
  if [ -r /proc/self/stat ]; then
    { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
    # shellcheck disable=SC2086 # split on purpose
    set -- ${stat##*) } # the command name may hold blanks; what follows it begins with field 3
    [ "$1" != Z ] || return 1
    started=${20} # field 22, starttime
  else
    # shellcheck disable=SC2046 # split on purpose
    set -- $(TZ=UTC0 ps -o lstart= -p "$1" 2>/dev/null)
    [ $# -gt 0 ] || return 1
    started=$1_$2_$3_$4_$5
  fi
}

# lives PID START: whether that very process is still there. Made for being asked again and again:
# where there is no /proc it trusts that a number is not given away again between two looks.
lives() {
  if [ -r /proc/self/stat ]; then
    started_at "$1" && [ "$started" = "$2" ]
  else
    kill -0 "$1" 2>/dev/null
  fi
}

# relay_alive: whether the relay of this home runs now. A killed relay leaves its file behind, and
# its number may be another process's by now, hence the start.
relay_alive() {
  { read -r relay_pid relay_start <"$home/state/relay.alive"; } 2>/dev/null || return 1
  started_at "$relay_pid" && [ "$started" = "$relay_start" ]
}

# The relay may end and start again (an update, a service that restarts it): that takes a second.
# More than about two without one, and the session is let go.
relay_there() {
  if { [ -e "$home/state/relay.alive" ] && lives "$relay_pid" "$relay_start"; } || relay_alive; then
    missing=0
  else
    missing=$((missing + 1))
  fi
  [ "$missing" -le 4 ]
}

begin_looking() {
  looks=0
  missing=0
}

# Quick while an answer may come any moment; then a look every half second, for a day if need be.
pause_between_looks() {
  looks=$((looks + 1))
  if [ "$looks" -le 100 ] && [ "$missing" -eq 0 ]; then pause=0.1; else pause=0.5; fi
  sleep "$pause" 2>/dev/null || sleep 1
}

# hold_envelope EVENT WAITING: writes stdin to the queue under a hidden name, with what only the
# hook knows put in front. publish_envelope makes it appear, whole.
hold_envelope() {
  envelope=$(date +%s)-$1-$$
  case $CLAUDE_PID in '' | *[!0-9]*) pid=null ;; *) pid=$CLAUDE_PID ;; esac
  {
    printf '{"relay":{"claudePid":%s,"attended":%s,"hookPid":%s,"waiting":%s},' \
      "$pid" "$attended" $$ "$2" && tail -c +2
  } 2>/dev/null >"$home/queue/.$envelope" || drop_envelope
}

publish_envelope() {
  mv "$home/queue/.$envelope" "$home/queue/$envelope.json" 2>/dev/null || drop_envelope
}

drop_envelope() {
  rm -f "$home/queue/.$envelope" 2>/dev/null
  exit 0
}

# claim: takes the reply by renaming it; of two who try, one has it. A reply that a killed hook had
# claimed and not handed over is older, and goes first.
claim() {
  for left in "$dispatch"/.claimed-*; do
    if [ ! -f "$left" ] || kill -0 "${left##*-}" 2>/dev/null; then continue; fi
    mv "$left" "$claimed" 2>/dev/null && return 0
  done
  [ -f "$dispatch/input.txt" ] && mv "$dispatch/input.txt" "$claimed" 2>/dev/null
}

# claude_lives: whether the Claude Code that runs this hook is still there; killed, it leaves its hooks.
# Where it does not tell its number (older versions) it is taken to live.
claude_lives() { [ -z "$CLAUDE_PID" ] || lives "$CLAUDE_PID" "$claude_start"; }

# settle STATUS: the end of a hook that has handed the claimed reply to Claude Code. A hook that was
# told to end meanwhile (TERM), or whose reader is gone, was not listened to: the reply goes back.
settle() {
  if [ -n "$interrupted" ] || ! claude_lives; then
    ln "$claimed" "$dispatch/input.txt" 2>/dev/null && rm -f "$claimed"
    exit 0
  fi
  rm -f "$claimed"
  exit "$1"
}

# From here to settle the signal is only noted, so that no reply is dropped half-way.
note_interruptions() {
  interrupted=
  trap 'interrupted=yes' TERM INT HUP
  trap '' PIPE
  started_at "$CLAUDE_PID"
  claude_start=$started
}
