# What the scripts of this directory share. Sourced, POSIX sh.
#
# Options of every script: -d <directory of the binaries>, -b <backend of weir>, -q for a quick
# slice, -m <minutes> for those that go on for as long as they are told. The gates hold for epoll;
# the figures of other backends are printed without a verdict.

backend=epoll
quick=no
minutes=10
patience=300 # Seconds a load may take.
directory=$(dirname "$0")/../build/release/bench
failures=0
while getopts 'd:b:m:q' option; do
  case $option in
  d) directory=$OPTARG ;;
  b) backend=$OPTARG ;;
  m) minutes=$OPTARG ;;
  q) quick=yes ;;
  *) echo "usage: $0 [-q] [-m minutes] [-b backend] [-d directory of the binaries]" >&2; exit 2 ;;
  esac
done
[ $quick = yes ] && patience=40 # A test may take a minute.
for program in echo_weir echo_raw load; do
  if [ ! -x "$directory/$program" ]; then
    echo "no $directory/$program: cmake --preset release && cmake --build --preset release" >&2
    exit 2
  fi
done

# Servers that are pinned run on CPU 0; the generator has the last one.
client_cpu=$(($(getconf _NPROCESSORS_ONLN) - 1))

work=$(mktemp -d "${TMPDIR:-/tmp}/weir-bench.XXXXXX")
server=
control_place=
mkfifo "$work/says"

# The server is asked to end, as it may run under a tool that would leave it behind.
clean_up() {
  if [ -n "$server" ]; then
    [ -n "$control_place" ] &&
      timeout 5 "$directory/load" quit "$echo_place" "$control_place" >"$work/ignored" 2>&1
    kill "$server" 2>"$work/ignored"
  fi
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

die() {
  echo "$*" >&2
  exit 1
}

# place <tcp|unix>: what --listen is given.
place() {
  if [ "$1" = tcp ]; then echo tcp:0; else echo "unix:$work/echo.sock"; fi
}

# try_start <raw|weir|uv> <tcp|unix> [option...]: the command in $under, if any, runs the server.
# Sets echo_place, control_place and server; fails if the server ends at once.
try_start() {
  kind=$1
  listen=$(place "$2")
  shift 2
  [ "$kind" = weir ] && set -- "$@" --backend "$backend"
  ${under:-} "$directory/echo_$kind" --listen "$listen" "$@" \
    >"$work/says" 2>"$work/complaints" &
  server=$!
  read -r echo_place control_place <"$work/says" && return
  server=
  return 1
}

# start <what try_start takes>
start() {
  try_start "$@" && return
  cat "$work/complaints" >&2
  die "the server echo_$kind did not start"
}

# generate <file> <kind> [option...]
generate() {
  printed=$1 load_kind=$2
  shift 2
  timeout "$patience" "$directory/load" "$load_kind" "$echo_place" "$control_place" "$@" \
    >"$printed" && return
  [ $? -eq 124 ] && die "load $load_kind did not end in $patience seconds"
  die "load $load_kind failed"
}

# load <kind> [option...]: what the generator prints is in $work/load until the next load.
load() { generate "$work/load" "$@"; }

# Ends the server; it fails by itself if it kept memory.
stop() {
  generate "$work/ignored" quit
  stopped=$server
  server=
  wait "$stopped" || { cat "$work/complaints" >&2; die "the server failed"; }
}

# Sets tracer, or ends the script if nothing can be traced here.
find_tracer() {
  if ! command -v strace >"$work/ignored" || ! strace -o "$work/ignored" true 2>"$work/ignored2"; then
    echo "SKIPPED: strace is not here, or may not trace"
    exit 0
  fi
  tracer="strace -qq -o $work/trace"
}

# require_descriptors <connections>: ends the script if the server cannot have so many.
require_descriptors() {
  # shellcheck disable=SC3045 # Every shell that is /bin/sh somewhere knows -H.
  limit=$(ulimit -Hn)
  if [ "$limit" != unlimited ] && [ "$limit" -lt $(($1 + 100)) ]; then
    echo "SKIPPED: not enough descriptors for $1 connections"
    exit 0
  fi
}

# count <raw|weir|uv> <tcp|unix> <load and its options...>: writes receives, sends, epoll_ctl,
# waits and all others between the marks for "begin" and "end" to $work/counts, the conversation
# with the generator apart.
count() {
  kind=$1 transport=$2
  shift 2
  under=$tracer
  start "$kind" "$transport"
  load "$@" --cpu "$client_cpu"
  under=
  stop
  awk '
    /^getppid\(/ { window = !window; next }
    !window || /"(begin|end|until)[ \\]/ || !/^[a-z_0-9]+\(/ { next }
    { name = $0; sub(/\(.*/, "", name) }
    name ~ /^(recv|read)/ { receives++; next }
    name ~ /^(send|write)/ { sends++; next }
    name == "epoll_ctl" { controls++; next }
    name ~ /^(epoll_p?wait|p?poll$|io_uring_enter)/ { waits++; next }
    { others++ }
    END { print receives + 0, sends + 0, controls + 0, waits + 0, others + 0 }' \
    "$work/trace" >"$work/counts"
}

# value <first word of the line> <name>: a figure out of what the generator printed.
value() { sed -n "s/^$1 \\(.* \\)*$2=\\([0-9.]*\\).*/\\2/p" "$work/load"; }

# calculate <expression of awk> [<digits>]
calculate() { awk "BEGIN { printf \"%.${2:-2}f\", $1 }"; }

# median <file of numbers>
median() { sort -n "$1" | awk '{ x[NR] = $1 } END { print x[int((NR + 1) / 2)] }'; }

# judge <limit as text> <condition of awk>: sets verdict.
judge() {
  if awk "BEGIN { exit !($2) }"; then
    verdict="pass ($1)"
  else
    verdict="FAIL ($1)"
    failures=$((failures + 1))
  fi
}

# row <what> <raw's figure> <weir's figure> [<limit as text> <condition of awk>]
row() {
  verdict=
  [ $# -gt 3 ] && [ "$backend" = epoll ] && judge "$4" "$5"
  printf '%-52s %12s %12s  %s\n' "$1" "$2" "$3" "$verdict"
}

heading() {
  printf '\n%-52s %12s %12s  %s\n' "$1" raw "$backend" gate
}

finish() {
  if [ "$failures" -gt 0 ]; then
    echo "$failures gates failed"
    exit 1
  fi
  exit 0
}
