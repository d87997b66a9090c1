#!/bin/sh
# How scenarios are judged, counted and given up.
. "$(dirname "$0")/support.sh"

cat >scenarios/a.scenario <<'END'
scenario same
  clauses STR-23
  open client conn
  client.end "bye"
  wait closed client conn

scenario declared
  differs D29 - c: close hadError=undefined
  differs D29 + c: close hadError=false
  socket c
  c.destroy
  wait closed c

scenario not as declared
  differs D29 - c: close hadError=undefined
  differs D29 - c: connect
  socket c
  c.destroy
  wait closed c

scenario later
  later TMO-01
  socket c
  c.setTimeout 30

scenario not later any more
  later SOC-32
  socket c
  c.destroy
  wait closed c

scenario skipped
  not sim a reason of more words
  socket c
  c.destroy

scenario no system
  not windows a reason
  not posix a reason
  differs windows - c: close hadError=false
  differs posix + c: close hadError=undefined
  socket c
  c.destroy
  wait closed c

scenario unknown
  socket c
  c.destroy

scenario moved
  global
  socket c
  log c two
  log c one

scenario expecting
  socket c
  expect c.destroyed=true
  log c not reached
END
cat >golden/a.txt <<'END'
# same
client: connect
client: ready
client: finish
client: end
client: close hadError=false
conn: data bytes[3]<627965>
conn: end
conn: finish
conn: close hadError=false

# declared
c: close hadError=undefined

# not as declared
c: close hadError=undefined

# later
c: timeout

# not later any more
c: close hadError=false

# skipped
c: anything

# no system
c: close hadError=false

# moved
c: one
c: two

# expecting

# only Node has it
c: connect

END
said 'all verdicts' 1 scenarios/a.scenario <<'END'
same: same
declared: differs (declared: D29)
not as declared: FAILED:
    declared in line 16 and not there: - c: connect
    + c: close hadError=false
later: later
not later any more: FAILED: the mark later can go
skipped: skipped: a reason of more words
no system: same
unknown: FAILED: it is not in the golden traces
moved: FAILED:
    - c: one
    + c: one
expecting: FAILED: scenarios/a.scenario:58: c.destroyed is false, not true
only Node has it: FAILED: scenarios/../golden/a.txt has it and the scenarios do not
2 same, 1 declared, 1 later, 1 skipped, 6 failed
END
said 'a filter' 0 scenarios/a.scenario --filter sam <<'END'
same: same
1 same, 0 declared, 0 later, 0 skipped, 0 failed
END
said 'schedules' 0 --schedules 5 scenarios/a.scenario --filter sam <<'END'
same: same
1 same, 0 declared, 0 later, 0 skipped, 0 failed
END

# Under chance it does not count how text is cut, but what it is.
cat >scenarios/c.scenario <<'END'
scenario joined
  differs D41 - conn: data "\u20ac"
  open client conn client.quiet
  conn.setEncoding utf8
  client.end "ab\n\u20ac"
  wait closed conn

scenario long
  open client conn client.quiet
  conn.setEncoding utf8
  client.end "\u20ac"*100
  wait closed conn

scenario another text
  open client conn client.quiet
  conn.setEncoding utf8
  client.end "b"
  wait closed conn
END
cat >golden/c.txt <<'END'
# joined
conn: data "a"
conn: data "b\n"
conn: data "\u20ac"
conn: end
conn: finish
conn: close hadError=false

# long
conn: data "\u20ac\u20ac"
conn: data string[98]
conn: end
conn: finish
conn: close hadError=false

# another text
conn: data "a"
conn: end
conn: finish
conn: close hadError=false

END
said 'text in pieces' 1 --backend sim --seed 3 scenarios/c.scenario <<'END'
joined: differs (declared: D41)
long: same
another text: FAILED:
    - conn: data "a"
    + conn: data "b"
1 same, 1 declared, 0 later, 0 skipped, 1 failed
END

# Clauses are noted as shown only by what ended as it should.
WEIR_CLAUSE_LOG=$work/clauses.log
export WEIR_CLAUSE_LOG
"$run" scenarios/a.scenario >/dev/null 2>&1
printf 'begin\tSTR-23\tsame\tscenarios/a.scenario\npass\tSTR-23\tsame\tscenarios/a.scenario\n' >wanted
cases=$((cases + 1))
if ! cmp -s wanted clauses.log; then
  failed=$((failed + 1))
  echo 'FAILED: the clauses; what differs:'
  diff wanted clauses.log
fi
unset WEIR_CLAUSE_LOG

said 'no golden trace' 1 --golden elsewhere.txt scenarios/a.scenario <<'END'
FAILED: the golden traces elsewhere.txt cannot be read
0 same, 0 declared, 0 later, 0 skipped, 1 failed
END

# The scenario ends although what it waits for does not come.
cat >scenarios/b.scenario <<'END'
scenario hanging
  socket c
  on c.end
    wait c.drain
  log c begun
  wait c.connect c.ready
END
printf '# hanging\nc: begun\n' >golden/b.txt
said 'a scenario that hangs' 1 scenarios/b.scenario <<'END'
hanging: FAILED: scenarios/b.scenario:6: this is waited for and does not come: wait c.connect c.ready
0 same, 0 declared, 0 later, 0 skipped, 1 failed
END
said 'printing' 1 --print scenarios/b.scenario <<'END'
scenarios/b.scenario:6: this is waited for and does not come: wait c.connect c.ready
0 same, 0 declared, 0 later, 0 skipped, 1 failed
# hanging
c: begun

END
finish
