#!/bin/sh
# What is wrong with a file is told with its line, and nothing is run.
. "$(dirname "$0")/support.sh"

# wrong COMPLAINT: the file on the standard input is refused with this, all its lines.
wrong() {
  cat >x.scenario
  printf '%s\n' "$1" >complaint
  said "$1" 2 --print x.scenario <complaint
}

wrong 'x.scenario:1: a scenario is wanted, not "socket c"' <<'END'
socket c
END
wrong 'x.scenario:1: the scenario has no title' <<'END'
scenario
  socket c
  c.destroy
END
wrong 'x.scenario:1: a scenario without statements' <<'END'
scenario empty
  clauses STR-01
END
wrong 'x.scenario:4: there is a scenario with this title in line 1' <<'END'
scenario one
  socket c
  c.destroy
scenario one
  socket c
  c.destroy
END
wrong 'x.scenario:2: more than 5 clauses' <<'END'
scenario one
  clauses A-1 A-2 A-3 A-4 A-5 A-6
  socket c
  c.destroy
END
wrong 'x.scenario:2: it is: differs ID - LINE, or +' <<'END'
scenario one
  differs D1 c: connect
  socket c
  c.destroy
END
wrong 'x.scenario:2: later for which clauses?' <<'END'
scenario one
  later
  socket c
  c.destroy
END
wrong 'x.scenario:2: it is: not WHERE REASON' <<'END'
scenario one
  not sim
  socket c
  c.destroy
END
wrong 'x.scenario:3: c is declared twice, first in line 2' <<'END'
scenario one
  socket c
  server c
END
wrong 'x.scenario:2: c is never used' <<'END'
scenario one
  socket c
END
wrong 'x.scenario:2: allowHalfOpen is said twice' <<'END'
scenario one
  socket c allowHalfOpen allowHalfOpen=false
  c.destroy
END
wrong 'x.scenario:2: there is no object d' <<'END'
scenario one
  d.destroy
END
wrong 'x.scenario:2: "9c" is no name' <<'END'
scenario one
  socket 9c
END
wrong 'x.scenario:3: a socket has no listen' <<'END'
scenario one
  socket c
  c.listen port=0
END
wrong 'x.scenario:3: a socket has no event opened' <<'END'
scenario one
  socket c
  wait c.opened
END
wrong 'x.scenario:3: a server has no colour' <<'END'
scenario one
  server s
  show s.listening s.colour
END
wrong 'x.scenario:2: there is no option half' <<'END'
scenario one
  socket c half=true
  c.destroy
END
wrong 'x.scenario:3: there is no option prot' <<'END'
scenario one
  socket c
  c.connect prot=1
END
wrong 'x.scenario:3: there is no object srv' <<'END'
scenario one
  socket c
  c.connect srv
END
wrong 'x.scenario:4: r is a resolver' <<'END'
scenario one
  resolver r
  socket c
  c.connect r
END
wrong 'x.scenario:3: write of what?' <<'END'
scenario one
  socket c
  c.write
END
wrong 'x.scenario:3: cork takes no 5' <<'END'
scenario one
  socket c
  c.cork 5
END
wrong 'x.scenario:3: cork takes no callback' <<'END'
scenario one
  socket c
  c.cork -> corked
END
wrong 'x.scenario:3: there is no label' <<'END'
scenario one
  socket c
  c.end ->
END
wrong 'x.scenario:3: "open: the text has no end' <<'END'
scenario one
  socket c
  c.write "open
END
wrong 'x.scenario:3: "a\q": an escape in the text is wrong' <<'END'
scenario one
  socket c
  c.write "a\q"
END
wrong 'x.scenario:3: hex:abc: that is half a byte' <<'END'
scenario one
  socket c
  c.write hex:abc
END
wrong 'x.scenario:2: [connect,,ready]: the list has a gap' <<'END'
scenario one
  socket c skip=[connect,,ready]
  c.destroy
END
wrong 'x.scenario:3: a block without statements' <<'END'
scenario one
  socket c
  on c.end
  c.destroy
END
wrong 'x.scenario:3: it is indented too far' <<'END'
scenario one
  socket c
    c.destroy
END
wrong 'x.scenario:3: the indentation is not a multiple of two' <<'END'
scenario one
  socket c
   c.destroy
END
wrong 'x.scenario:3: there is a tab' <<'END'
scenario one
  socket c
	c.destroy
  c.destroy
END
wrong 'x.scenario:3: "30" is no statement' <<'END'
scenario one
  socket c
  wait 30
  c.destroy
END
wrong 'x.scenario:3: it is: expect NAME.PROPERTY=VALUE, or >=, or <=' <<'END'
scenario one
  socket c
  expect c.destroyed
END
wrong 'x.scenario:2: it is: accept NAME from SERVER' <<'END'
scenario one
  accept conn of s
END

# Everything is told at once, and a file that is right does not run beside one that is wrong.
cat >right.scenario <<'END'
scenario right
  socket c
  log c here
END
cat >x.scenario <<'END'
scenario one
  socket c
  c.fly
  on c.end
    c.swim
END
said 'all complaints' 2 --print right.scenario x.scenario <<'END'
x.scenario:3: a socket has no fly
x.scenario:5: a socket has no swim
END

said 'no file' 2 --print nowhere.scenario <<'END'
nowhere.scenario: cannot be read: No such file or directory
END
# Which there are depends on the build; this one is always there, and the last.
"$run" --backend nosuch --print right.scenario 2>x.errors
there=$(sed -n 's/.*; there are:\(.* sim\)$/\1/p' x.errors)
said 'an unknown backend' 2 --backend nosuch --print right.scenario <<END
the backend nosuch: No backend has this name; there are:$there
END
usage="usage: run [--backend NAME] [--golden DIRECTORY] [--print] [--seed N] [--schedules N] FILE... [--filter TEXT]"
said 'no file named' 2 --print <<END
$usage
END
said 'an unknown option' 2 --colour red right.scenario <<END
$usage
END
said 'a seed that is none' 2 --seed blue right.scenario <<END
$usage
END
finish
