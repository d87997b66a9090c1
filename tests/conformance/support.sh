# For the tests of the interpreter: a directory to work in, and comparing what it says. The arguments
# are the interpreter, behind what runs it if it is another system's.
set -u
work=$(mktemp -d "${TMPDIR:-/tmp}/weir-interpreter.XXXXXX") || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work" || exit 2
mkdir golden scenarios
run=$work/run
{
  printf '#!/bin/sh\nexec'
  printf " '%s'" "$@"
  printf ' "$@"\n'
} >"$run"
chmod +x "$run"
WEIR_TEST_BACKEND=sim
export WEIR_TEST_BACKEND
unset WEIR_CLAUSE_LOG
cases=0
failed=0

# said WHAT STATUS ARGUMENT...: runs the program; what it must say is on the standard input, first
# what goes to the standard error. How the two mix depends on the C library.
said() {
  what=$1
  wanted=$2
  shift 2
  cat >expected
  "$run" "$@" >output 2>printed
  status=$?
  # Its own name is as the system has it.
  sed 's/^usage: .* \[--backend/usage: run [--backend/' printed >errors
  cat errors output >printed
  cases=$((cases + 1))
  if [ "$status" -eq "$wanted" ] && cmp -s expected printed; then return; fi
  failed=$((failed + 1))
  echo "FAILED: $what: status $status, wanted $wanted; what differs:"
  diff expected printed
}

finish() {
  echo "$cases cases, $failed failed"
  [ "$failed" -eq 0 ]
  exit
}
