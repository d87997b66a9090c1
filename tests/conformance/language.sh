#!/bin/sh
# What the statements do that say when something happens, and how values are printed.
. "$(dirname "$0")/support.sh"

# prints: the scenario in x.scenario prints the trace on the standard input.
prints() {
  cat >trace
  "$run" --print x.scenario >printed 2>errors
  status=$?
  cases=$((cases + 1))
  if [ "$status" -eq 0 ] && cmp -s trace printed; then return; fi
  failed=$((failed + 1))
  echo "FAILED: status $status, what differs:"
  cat errors
  diff trace printed
}

cat >x.scenario <<'END'
scenario the order of steps, turns and timers
  socket c quiet
  after 1ms
    log c after
  immediate
    log c immediate
    wait turn
    log c a turn later
  next
    log c next
    next
      log c next of next
  log c first
  wait 30ms
  log c over
END
prints <<'END'
# the order of steps, turns and timers
c: first
c: next
c: next of next
c: immediate
c: a turn later
c: after
c: over

END

cat >x.scenario <<'END'
scenario reactions
  server s skip=[listening]
  accept conn from s data=join skip=[end,finish]
  s.listen port=0 host=127.0.0.1 -> listening callback
  on s.connection
    log s seen
  once conn.accepted
    show conn.remotePort conn.localPort conn.address
  wait s.listening
  socket client quiet allowHalfOpen
  client.connect s
  wait conn.accepted client.ready
  client.write "a"*3 -> written
    client.end hex:6263
  wait closed conn
  show conn.total
  client.destroy
  s.close -> closed
  wait closed s client
  show s.address
END
prints <<'END'
# reactions
s: listening callback
s: connection
s: seen
s: close
s: closed
s: address=null
conn: remotePort=EPHEMERAL localPort=PORT address={"address":"127.0.0.1","family":"IPv4","port":PORT}
conn: close hadError=false
conn: total=bytes[5]<6161616263>
client: written

END

cat >x.scenario <<'END'
scenario quiet, labels with blocks, several events
  server s quiet
  on s.connection
    accept other from s quiet
  accept conn from s data=count
  s.listen port=0 host=127.0.0.1
  wait s.listening
  socket a skip=[ready] data=none
  a.connect s -> connected
    show a.connecting
    a.write "12345" -> written
  wait a.connect conn.data
  wait quiet
  expect conn.received>=5
  expect conn.received<=5
  expect conn.readyState=open
  a.destroy
  wait closed a conn
END
prints <<'END'
# quiet, labels with blocks, several events
a: connect
a: connected
a: connecting=false
a: written
a: close hadError=false
conn: end
conn: finish
conn: close hadError=false

END

cat >x.scenario <<'END'
scenario the label of a connection is told, and its block runs inside
  server s quiet
  s.listen port=0 host=127.0.0.1
  wait s.listening
  connection c s skip=[ready] -> connected
    show c.connecting
    c.destroy
  wait closed c
  socket d
  expect d.readyState="a text of more than eighty characters, of which only the number is shown, aaaaaaaaaaaa"
END
cat >wanted <<'END'
x.scenario:10: d.readyState is "open", not string[86]
0 same, 0 declared, 0 later, 0 skipped, 1 failed
# the label of a connection is told, and its block runs inside
c: connect
c: connected
c: connecting=false
c: close hadError=false

END
said 'labels and long texts' 1 --print x.scenario <wanted

cat >x.scenario <<'END'
scenario what throws fails
  socket c
  show c.connect port=65536
  after 5ms
    c.connect port=-2
    log c not reached
  wait 10ms
  log c not reached either
END
said 'an exception' 1 --print x.scenario <<'END'
x.scenario:5: throws RangeError code=ERR_SOCKET_BAD_PORT message="Port should be >= 0 and < 65536."
0 same, 0 declared, 0 later, 0 skipped, 1 failed
# what throws fails
c: connect port=65536 -> throws RangeError code=ERR_SOCKET_BAD_PORT message="Port should be >= 0 and < 65536."

END
finish
