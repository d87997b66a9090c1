#!/bin/sh
# The example echo server, spoken to by the example client and by programs that know nothing of
# weir, over TCP and over a Unix domain socket: what comes back is the file that was sent.
#
#     echo.sh DIRECTORY [client] [nc] [socat]
#
# DIRECTORY holds echo_server and echo_client. Without further words all peers take their turn; the
# exchange of Node's manual is always made. The backend is that of WEIR_TEST_BACKEND, if it is set;
# all of it may take WEIR_TEST_SECONDS, 60 unless set. Programs for Windows are run by the words of
# WEIR_TEST_EMULATOR; they have named pipes, which other programs here do not reach, and hear no
# signals. Exit status: 0 all is well, 1 something
# failed, 77 a peer was not there (a line "SKIPPED: ..." says which) and the others were all well.
#
# Waiting is always for an event: a line of output, the end of a process. One watchdog bounds all of
# it. What may wait runs in the background, because sh handles signals in `wait` only.
set -u

seconds=${WEIR_TEST_SECONDS:-60}
usage="usage: echo.sh DIRECTORY [client] [nc] [socat]"
bin=${1:?$usage}
shift
[ $# -gt 0 ] || set -- client nc socat

scratch=$(mktemp -d "${TMPDIR:-/tmp}/weir-echo-XXXXXX") || exit 1
socket=$scratch/echo.sock
file=$scratch/file
emulator=${WEIR_TEST_EMULATOR:-} suffix=''
if [ -n "$emulator" ]; then
  socket="\\\\.\\pipe\\weir-echo-$$"
  suffix=.exe
fi
server='' reader='' peer='' watchdog=''
passed=0 skipped=0

say() { printf '%s\n' "$*"; }

clean_up() {
  trap '' HUP INT TERM USR1
  for process in $peer $server $reader $watchdog; do kill "$process" 2>/dev/null; done
  for process in $peer $server $reader $watchdog; do wait "$process" 2>/dev/null; done
  rm -rf "$scratch"
}

fail() {
  say "FAILED: $*"
  for text in log errors peer.errors; do
    [ -s "$scratch/$text" ] || continue
    say "--- $text, its last lines"
    tail -n 20 "$scratch/$text"
  done
  exit 1
}

skip() {
  say "SKIPPED: $*"
  skipped=$((skipped + 1))
}

pass() {
  say "ok: $*"
  passed=$((passed + 1))
}

start_watchdog() {
  main=$$
  (
    nap=''
    trap 'kill $nap; exit' TERM
    sleep "$seconds" &
    nap=$!
    wait "$nap" && kill -s USR1 "$main"
  ) >/dev/null 2>&1 &
  watchdog=$!
}

# run STATUS COMMAND...: runs the command with the file as input and expects its exit status.
run() {
  expected=$1
  shift
  "$@" <"$file" >"$scratch/output" 2>"$scratch/peer.errors" &
  peer=$!
  wait "$peer"
  status=$?
  peer=''
  if [ -n "$emulator" ]; then
    tr -d '\r' <"$scratch/peer.errors" >"$scratch/peer.text"
    mv "$scratch/peer.text" "$scratch/peer.errors"
  fi
  [ "$status" -eq "$expected" ] || fail "exit status $status instead of $expected: $*"
}

# echoes WHAT COMMAND...: the command sends its input to the server and prints what comes back.
echoes() {
  what=$1
  shift
  run 0 "$@"
  cmp "$file" "$scratch/output" || fail "$what: what came back is not the file"
  pass "$what"
}

# Becomes one of the example programs; for background use, where it then has the shell's own id.
program() {
  name=$1
  shift
  # shellcheck disable=SC2086 # They are words.
  exec $emulator "$bin/$name$suffix" ${WEIR_TEST_BACKEND:+--backend "$WEIR_TEST_BACKEND"} "$@"
}

# Reads the server's lines until both endpoints listen, and the port that the system chose.
start_server() {
  rm -f "$scratch/events"
  mkfifo "$scratch/events" || fail "no fifo"
  program echo_server "$@" >"$scratch/events" 2>"$scratch/errors" &
  server=$!
  exec 3<"$scratch/events"
  port=''
  listening=0
  while [ "$listening" -lt 2 ]; do
    read -r line <&3 || fail "the server ended before it listened"
    line=${line%"$(printf '\r')"}
    case $line in
    *"listening $socket") listening=$((listening + 1)) ;;
    *"listening 127.0.0.1:"*)
      listening=$((listening + 1))
      port=${line##*:}
      ;;
    esac
  done
  [ "$port" -gt 0 ] || fail "no port in the server's output"
  # The server prints a line for each event; unread, they would fill the fifo and stop it.
  cat <&3 >"$scratch/log" &
  reader=$!
  exec 3<&-
}

# Nobody can ask a program for Windows to end.
kill_server() {
  kill -s KILL "$server" || fail "the server has ended by itself"
  wait "$server" 2>/dev/null
  server=''
  wait "$reader"
  reader=''
  [ ! -s "$scratch/errors" ] || fail "the server complained"
}

stop_server() {
  if [ -n "$emulator" ]; then
    kill_server
    return
  fi
  kill -s TERM "$server" || fail "the server has ended by itself"
  wait "$server"
  status=$?
  server=''
  [ "$status" -eq 0 ] || fail "the server's exit status is $status"
  wait "$reader"
  reader=''
  [ ! -e "$socket" ] || fail "the socket file is still there"
  [ ! -s "$scratch/errors" ] || fail "the server complained"
  pass "the server ends when told to, and its socket file is gone"
}

client_peer() {
  echoes "echo_client, Unix, file" program echo_client --unix "$socket" --quiet "$file"
  echoes "echo_client, TCP, file" program echo_client --tcp "$port" --quiet "$file"
  echoes "echo_client, Unix, standard input" program echo_client --unix "$socket" --quiet
  run 0 program echo_client --tcp "$port" --quiet --greet
  printf 'world!\r\n' | cmp - "$scratch/output" || fail "the greeting did not come back"
  pass "echo_client, TCP, greeting"
  run 1 program echo_server --host 127.0.0.1 --tcp "$port"
  grep -q "listen EADDRINUSE: address already in use 127.0.0.1:$port\$" "$scratch/peer.errors" ||
    fail "a port in use is not called so"
  pass "a port in use is told in Node's words"
  run 2 program echo_server --tcp 65536
  run 2 program echo_client --tcp "$port" --unix "$socket"
  pass "wrong arguments are refused"
}

# manual OPTION VALUE: the server and the client of Node's manual on one endpoint. GEN-09
manual() {
  run 0 program echo_client --greet "$@"
  printf 'hello\r\nworld!\r\n' | cmp - "$scratch/output" || fail "$1: not the two greetings"
  [ "$(grep -c 'client  end$' "$scratch/peer.errors")" -eq 1 ] || fail "$1: no 'end'"
  pass "the manual's server and client, $1"
}

nc_peer() {
  if ! command -v nc >/dev/null; then
    skip "nc is not installed"
  elif ! nc -h 2>&1 | grep -q '\[-[0-9A-Za-z]*N[0-9A-Za-z]*U'; then
    skip "nc is not OpenBSD's: it has no -N and -U"
  else
    echoes "nc, TCP" nc -N 127.0.0.1 "$port"
    [ -n "$emulator" ] || echoes "nc, Unix" nc -N -U "$socket"
  fi
}

socat_peer() {
  if ! command -v socat >/dev/null; then
    skip "socat is not installed"
  else
    # -t: how long it waits for the answer when its own input has ended.
    echoes "socat, TCP" socat -t "$seconds" - "TCP4:127.0.0.1:$port"
    [ -n "$emulator" ] || echoes "socat, Unix" socat -t "$seconds" - "UNIX-CONNECT:$socket"
  fi
}

trap clean_up EXIT
trap 'fail "interrupted"' HUP INT TERM
trap 'fail "not done within $seconds seconds"' USR1
start_watchdog

dd if=/dev/urandom of="$file" bs=65536 count=48 2>/dev/null || fail "no random file"
start_server --host 127.0.0.1 --tcp 0 --unix "$socket"
for name in "$@"; do
  case $name in
  client | nc | socat) "${name}_peer" ;;
  *) fail "$usage" ;;
  esac
done
stop_server

start_server --greet --host 127.0.0.1 --tcp 0 --unix "$socket"
manual --tcp "$port"
manual --unix "$socket"
stop_server

say "$passed passed, $skipped skipped"
[ "$skipped" -eq 0 ] || exit 77
