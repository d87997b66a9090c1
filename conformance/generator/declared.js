// Differences that docs/divergences.md declares, as they show in generated scenarios: taken out of
// both traces, each as narrowly as it can be said, and counted.
'use strict';

const LABEL = /^((?:written|ended|connected)\d+)(?: error (\S+).*)?$/;

/** The lines of each object, in its own order. */
function byObject(lines) {
  const objects = new Map();
  for (const line of lines) {
    const colon = line.indexOf(': ');
    const name = line.slice(0, colon);
    if (!objects.has(name)) objects.set(name, []);
    objects.get(name).push(line.slice(colon + 2));
  }
  return objects;
}

const labelled = (lines, label) => lines.findIndex((line) => (LABEL.exec(line) || [])[1] === label);

/** D5, D48, D55: callbacks that Node forgets, or tells another error. D40: a success that was none. */
function settleCallbacks(theirs, ours, note) {
  for (let i = 0; i < ours.length; i++) {
    const [, label, code] = LABEL.exec(ours[i]) || [];
    if (label === undefined || code === undefined) continue;
    const at = labelled(theirs, label);
    const told = at < 0 ? null : LABEL.exec(theirs[at])[2];
    let id = null;
    if (at < 0) id = 'D5';
    else if (told === undefined && code === 'ECANCELED') id = 'D40';
    else if (told === 'ERR_SOCKET_CLOSED_BEFORE_CONNECTION' && code !== told) id = 'D55';
    else if (told === 'ERR_STREAM_WRITE_AFTER_END' && code === 'ERR_STREAM_DESTROYED') id = 'D48';
    if (id === null) continue;
    note(id);
    ours.splice(i--, 1);
    if (at >= 0) theirs.splice(at, 1);
  }
}

/** D29: 'close' without a flag. */
function settleFlags(theirs, ours, note) {
  const bare = theirs.indexOf('close hadError=undefined');
  const flagged = ours.findIndex((line) => /^close hadError=(true|false)$/.test(line));
  if (bare < 0 || flagged < 0) return;
  note('D29');
  theirs[bare] = ours[flagged];
}

/** D1: Node tells a write that waited for the connection inside 'connect', so before 'ready'. */
function settleEarly(theirs, ours, note) {
  const ready = theirs.indexOf('ready');
  if (ready < 0) return;
  let first = ready;
  while (first > 0 && /^(written\d+|drain)$/.test(theirs[first - 1])) first--;
  if (first === ready || ours[first] !== 'ready') return;
  note('D1');
  theirs.splice(ready, 1);
  theirs.splice(first, 0, 'ready');
}

/** D5: what Node tells behind 'close' is told before it. */
function settleLate(theirs, ours, note) {
  const close = theirs.findIndex((line) => line.startsWith('close '));
  if (close < 0) return;
  let at = close;
  for (let i = close + 1; i < theirs.length; i++) {
    const label = (LABEL.exec(theirs[i]) || [])[1];
    if (label === undefined) continue;
    const here = labelled(ours, label);
    if (here < 0 || here > ours.findIndex((line) => line.startsWith('close '))) continue;
    note('D5');
    theirs.splice(at++, 0, theirs.splice(i, 1)[0]);
  }
}

/** D54: 'error' behind the first of several refused writes, or behind all of them. */
function settleRefused(theirs, ours, note) {
  const error = theirs.findIndex((line) => line.startsWith('error '));
  if (error < 0 || theirs[error] === ours[error]) return;
  let behind = error + 1;
  while (behind < theirs.length && /^written\d+ error /.test(theirs[behind])) behind++;
  if (behind === error + 1 || ours[behind - 1] !== theirs[error]) return;
  note('D54');
  theirs.splice(behind, 0, theirs[error]);
  theirs.splice(error, 1);
}

/** D50: an error of the program has no code of its own. */
function settleErrored(theirs, ours, note) {
  for (let i = 0; i < theirs.length && i < ours.length; i++) {
    const bare = theirs[i].replace(/ errored=(mine|gone)$/, ' errored=UNKNOWN');
    if (bare === theirs[i] || bare !== ours[i]) continue;
    note('D50');
    theirs[i] = bare;
  }
}

/** D43: what Node takes for an end is told as the reset that it was; from there on all differs. */
function settleResets(theirs, ours, note) {
  const first = theirs.findIndex((line, i) => line !== ours[i]);
  if (first < 0 || theirs[first] !== 'end') return;
  if (!/^error Error code=ECONNRESET syscall=read /.test(ours[first] || '')) return;
  note('D43');
  theirs.length = first;
  ours.length = first;
}

/**
 * Whether two traces of a scenario agree but for what is declared.
 * @param {(id: string) => void} note told of each declared difference
 */
function agree(theirs, ours, note) {
  if (theirs.join('\n') === ours.join('\n')) return true;
  // D32: after a reset while the FIN was under way nothing is comparable, at neither end.
  if (theirs.some((line) => line.includes('error Error code=EINVAL syscall=reset'))) {
    note('D32');
    return true;
  }
  const left = byObject(theirs);
  const right = byObject(ours);
  const noted = [];
  for (const name of new Set([...left.keys(), ...right.keys()])) {
    const a = left.get(name) || [];
    const b = right.get(name) || [];
    settleCallbacks(a, b, (id) => noted.push(id));
    settleLate(a, b, (id) => noted.push(id));
    settleFlags(a, b, (id) => noted.push(id));
    settleEarly(a, b, (id) => noted.push(id));
    settleRefused(a, b, (id) => noted.push(id));
    settleErrored(a, b, (id) => noted.push(id));
    settleResets(a, b, (id) => noted.push(id));
    if (a.join('\n') !== b.join('\n')) return false;
  }
  noted.forEach(note);
  return true;
}

module.exports = { agree };
