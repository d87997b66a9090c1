// What the interpreter for Node says of scenario files that are wrong, and of some that are right.
'use strict';
const path = require('node:path');
const { parse } = require(path.join(__dirname, '..', '..', 'conformance', 'oracle', 'parse.js'));

let passed = 0;
const failures = [];

function check(what, holds, found) {
  if (holds) passed++;
  else failures.push(`${what}\n    found: ${found}`);
}

/** The lines of a scenario, indented. */
const scenario = (...lines) => ['scenario s', ...lines.map((line) => `  ${line}`)].join('\n');
const complaintsOf = (text) =>
  parse('f', text).complaints.map(({ line, what }) => `${line}: ${what}`);

/** A file that is right. */
function right(text) {
  const complaints = complaintsOf(text);
  check(`should be right:\n${text}`, complaints.length === 0, complaints.join('; '));
}

/** A file with one complaint, which has this text. */
function wrong(text, complaint) {
  const complaints = complaintsOf(text);
  check(`should say "${complaint}":\n${text}`,
    complaints.length === 1 && complaints[0] === complaint, complaints.join('; '));
}

/* ---- Lines. ---- */

right('');
right('# a comment only\n\n');
right(scenario('socket c', 'c.destroy', '# the end'));
right(scenario('socket  c   allowHalfOpen', 'c.destroy'));
wrong(`${scenario('socket c', 'c.destroy')}\n\t# no`, '4: tabs are not allowed');
wrong(`${scenario('socket c', 'c.destroy')}\n\tc.destroy`, '4: tabs are not allowed');
wrong(`${scenario('socket c', 'c.destroy')}\n   c.destroy`, '4: indentation is in steps of two blanks');
wrong(`${scenario('socket c', 'c.destroy')}\n    c.destroy`, '4: this line is indented too far');
wrong(`${scenario('socket c', 'c.destroy')}\nsocket d`,
  '4: a scenario begins with "scenario" and its title');
wrong('scenario s', '1: a scenario has no statements');
wrong('scenario\n  socket c\n  c.destroy', '1: a scenario has a title');
wrong(`${scenario('socket c', 'c.destroy')}\n${scenario('socket c', 'c.destroy')}`,
  '4: there are two scenarios "s"');

/* ---- Heads. ---- */

right(scenario('clauses A-1 B-2', 'later A-1', 'differs D28 - c: close hadError=false', 'not sim no sockets',
  'global', 'socket c', 'c.destroy'));
wrong(scenario('clauses', 'socket c', 'c.destroy'), '2: "clauses" names at least one clause');
wrong(scenario('clauses a1', 'socket c', 'c.destroy'), '2: "a1" is no clause');
wrong(scenario('clauses A-1 A-2 A-3 A-4 A-5 A-6', 'socket c', 'c.destroy'),
  '2: a scenario shows at most five clauses');
wrong(scenario('differs D28 c: end', 'socket c', 'c.destroy'),
  '2: after "differs" come an entry, "-" or "+", and a line');
wrong(scenario('not sim', 'socket c', 'c.destroy'), '2: after "not" come a backend and the reason');
wrong(scenario('global yes', 'socket c', 'c.destroy'), '2: nothing comes after "global"');
wrong(scenario('socket c', 'global', 'c.destroy'), '3: heads come before the statements');

/* ---- Objects. ---- */

wrong(scenario('socket c', 'socket c', 'c.destroy'), '3: "c" is declared twice');
wrong(scenario('socket c'), '2: "c" is never used');
wrong(scenario('server s', 'socket c', 'c.destroy'), '2: "s" is never used');
wrong(scenario('socket 1c'), '2: "1c" is no name');
wrong(scenario('socket'), '2: "" is no name');
wrong(scenario('c.destroy'), '2: nothing is called "c"');
wrong(scenario('socket c', 'c.destroy', 'd.destroy'), '4: nothing is called "d"');
wrong(scenario('socket net'), '2: "net" is declared twice');
wrong(scenario('sockets c'), '2: "sockets" is not known');
right(scenario('server s', 'accept one from s', 'accept two from s quiet data=none'));
wrong(scenario('socket s', 'accept one from s'), '3: "s" is a socket, not a server');
wrong(scenario('server s', 'accept one s'), '3: this should be: accept NAME from SERVER');
right(scenario('open c d'));
right(scenario('open c d ipc client.data=join conn.data=count server.pauseOnConnect'));
wrong(scenario('open c'), '2: this should be: open CLIENT CONN');
wrong(scenario('open c d fast'), '2: "fast" is no option of "open"');
wrong(scenario('open c d conn.allowHalfOpen'), '2: "allowHalfOpen" is no option here');
wrong(scenario('socket c color=red'), '2: "color" is no option here');
wrong(scenario('socket c quiet quiet'), '2: "quiet" is said twice');
wrong(scenario('socket c data=some'), '2: "data" is one of log, none, count, join, readable');
wrong(scenario('socket c skip=end'), '2: "skip" is a list of events');
wrong(scenario('socket c skip=[ends]'), '2: "ends" is no event of a socket');
wrong(scenario('socket c signal=a'), '2: nothing is called "a"');
wrong(scenario('resolver r'), '2: a resolver has an answer or an error, unless it never answers');
wrong(scenario('resolver r answer=[] when=soon'), '2: "when" is one of now, next, never, held');
right(scenario('resolver r when=never', 'connection c port=1 host=x.test lookup=r'));

/* ---- Calls. ---- */

right(scenario('socket c', 'c.write "a \\"quoted\\" -> text"*3 utf8 -> a label -> of words'));
right(scenario('socket c', 'c.write hex:00ff', 'c.write zeros:10', 'show c.write null'));
wrong(scenario('socket c', 'c.write hex:0'), '3: these are no bytes: hex:0');
wrong(scenario('socket c', 'c.write zeros:x'), '3: these are no bytes: zeros:x');
wrong(scenario('socket c', 'c.write "open'), '3: a quote is not closed');
wrong(scenario('socket c', 'c.write "a\\x"'), '3: this is no JSON string: "a\\x"');
wrong(scenario('socket c', 'c.write "a"b'), '3: this is no text: "a"b');
wrong(scenario('socket c', 'c.write word'), '3: "word" is no value; text stands in quotes');
wrong(scenario('socket c', 'c.write'), '3: "write" takes 1 to 2 values');
wrong(scenario('socket c', 'c.pause 1'), '3: "pause" takes 0 values');
wrong(scenario('socket c', 'c.sing'), '3: a socket has no call "sing"');
wrong(scenario('socket c', 'c.'), '3: "c." should be a name, a dot and a word');
wrong(scenario('socket c', 'c.pause -> label'), '3: "pause" takes no callback');
wrong(scenario('socket c', 'c.end ->'), '3: a label is missing behind "->"');
wrong(scenario('socket c', 'c.destroy 5'), '3: "destroy" takes a text');
wrong(scenario('socket c', 'c.attach end'), '3: "end" is not known here');
wrong(scenario('socket c', 'c.set timeout 5'), '3: "timeout" cannot be set');
wrong(scenario('socket c', 'c.connect port=nowhere'), '3: nothing is called "nowhere"');
wrong(scenario('socket c', 'c.connect c'), '3: "c" is a socket, not a server or a path or a port');
wrong(scenario('server s', 's.listen color=1'), '3: "color" is no option here');
right(scenario('path p', 'show p.kind', 'show p.mode', 'p.unlink'));

/* ---- Looking, waiting, blocks. ---- */

right(scenario('socket c', 'show c.address c.readyState', 'expect c.bytesRead>=0', 'log c -> any "text'));
wrong(scenario('socket c', 'show'), '3: "show" what?');
wrong(scenario('socket c', 'show c.weight'), '3: a socket has no call "weight"');
wrong(scenario('socket c', 'show c.pending c.weight'), '3: a socket has no property "weight"');
wrong(scenario('socket c', 'show c.pending -> label'), '3: a property takes no callback');
wrong(scenario('socket c', 'expect c.pending'), '3: this should be: expect NAME.PROPERTY=VALUE');
wrong(scenario('socket c', 'expect c.bytesRead>=many'), '3: ">=" compares numbers');
wrong(scenario('socket c', 'log d text'), '3: nothing is called "d"');
right(scenario('socket c', 'wait 10ms', 'wait turn', 'wait quiet', 'wait closed c'));
wrong(scenario('socket c', 'c.pause', 'wait 10s'), '4: "10s" is no duration');
wrong(scenario('socket c', 'c.pause', 'wait'), '4: "" is no duration');
wrong(scenario('socket c', 'c.pause', 'wait turn c'), '4: "c" is too much');
wrong(scenario('socket c', 'c.pause', 'wait closed'), '4: "wait closed" names objects');
wrong(scenario('socket c', 'wait c.never'), '3: a socket has no event "never"');
wrong(scenario('server s', 'wait s.data'), '3: a server has no event "data"');
right(scenario('socket c', 'on c.end', '  once c.close', '    next', '      c.pause', 'immediate',
  '  c.pause', 'after 5ms', '  c.pause'));
wrong(scenario('socket c', 'on c.end', 'c.pause'), '3: a block has no statements');
wrong(scenario('socket c', 'c.pause', '  c.pause'), '4: this line is indented too far');
right(scenario('socket c', 'c.write "0" -> first', '  c.write "1" -> second', '    c.end'));

/* ---- Several complaints, in order. ---- */

check('complaints come in the order of the lines',
  complaintsOf(scenario('socket c', 'c.sing', 'c.dance')).join() ===
  '3: a socket has no call "sing",4: a socket has no call "dance"',
  complaintsOf(scenario('socket c', 'c.sing', 'c.dance')).join());

for (const failure of failures) console.error(`FAILED ${failure}`);
console.log(`${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;
