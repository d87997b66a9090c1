// Differences of servers that docs/divergences.md declares: see declared.js.
'use strict';

const NOT_RUNNING = /^closed\d+ error ERR_SERVER_NOT_RUNNING /;
/** A listen() with a literal host that was not refused. */
const LISTENS = /^listen \S.*\bhost=(\d|\S*:).* -> self$/;
const PLACE = /^listening=(\S+)(?: (address|maxConnections)=(\S+))?$/;

/** D22: who closes what does not listen is told so, and 'close' comes in Node all the same. */
function settleCloses(theirs, ours, note) {
  let may = theirs.filter((line) => NOT_RUNNING.test(line) || line === 'abort').length;
  for (let i = 0; i < theirs.length && may > 0; i++) {
    if (theirs[i] !== 'close' || ours[i] === 'close') continue;
    note('D22');
    theirs.splice(i--, 1);
    may--;
  }
}

/** Whether a listen() with a literal host was the last thing that happened before a line. */
function isJustBehindListen(lines, at) {
  let i = at - 1;
  while (i >= 0 && !/^(listen |listening$|error |close$)/.test(lines[i])) i--;
  return i >= 0 && LISTENS.test(lines[i]);
}

/** D20: a literal host is known in the next tick. D21: a path is told of what listens no more. */
function settlePlaces(theirs, ours, note) {
  for (let i = 0; i < theirs.length && i < ours.length; i++) {
    if (theirs[i] === ours[i]) continue;
    const [left, theyListen, property, told] = PLACE.exec(theirs[i]) || [];
    const [right, weListen, , ourTold] = PLACE.exec(ours[i]) || [];
    if (!left || !right || theyListen === 'true') continue;
    const isAddress = property === 'address';
    let id = null;
    if (weListen === 'true' && told === (isAddress ? 'null' : ourTold) &&
        isJustBehindListen(theirs, i)) id = 'D20';
    if (weListen === 'false' && isAddress && told[0] === '"' && ourTold === 'null') id = 'D21';
    if (id === null) continue;
    note(id);
    theirs[i] = ours[i];
  }
}

/** D20: so 'listening', or 'error', comes in Node behind what else was asked for in that turn. */
function settleCounts(theirs, ours, note) {
  for (let i = 0; i < theirs.length; i++) {
    if (!/^count\d+ /.test(theirs[i]) || !/^(listening$|error )/.test(ours[i] || '')) continue;
    const at = theirs.indexOf(ours[i], i);
    if (at < 0 || !isJustBehindListen(theirs, i)) continue;
    note('D20');
    const count = theirs.splice(i, 1)[0];
    theirs.splice(ours.indexOf(count), 0, count);
  }
}

module.exports = { SETTLE_SERVERS: [settleCloses, settlePlaces, settleCounts] };
