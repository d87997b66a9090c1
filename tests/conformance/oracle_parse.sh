#!/bin/sh
# The parser of the interpreter for Node, by Node itself where it is.
if ! command -v "${NODE:-node}" >/dev/null 2>&1; then
  echo "SKIPPED: node is not here"
  exit 0
fi
exec "${NODE:-node}" "$(dirname "$0")/oracle_parse_test.js"
