// Differences that docs/divergences.md declares, as they show in generated scenarios: taken out of
// both traces, each as narrowly as it can be said, and counted.
'use strict';

const { SETTLE_SERVERS } = require('./server_differences.js');

const LABEL = /^((?:written|ended|connected|idle|heard)\d+)(?: error (\S+).*)?$/;

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

/**
 * D5, D45, D48, D55: callbacks that Node forgets, or tells another error. D40: a success that was
 * none.
 */
function settleCallbacks(theirs, ours, note) {
  for (let i = 0; i < ours.length; i++) {
    const [, label, code] = LABEL.exec(ours[i]) || [];
    if (label === undefined || code === undefined) continue;
    const at = labelled(theirs, label);
    const told = at < 0 ? null : LABEL.exec(theirs[at])[2];
    let id = null;
    if (at < 0) id = label.startsWith('idle') ? 'D45' : 'D5';
    else if (told === undefined && label.startsWith('heard')) id = 'D5'; // Of a later listen().
    else if (told === undefined && code === 'ECANCELED') id = 'D40';
    else if (told === undefined && label.startsWith('connected')) id = 'D5'; // Of a later connect.
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
  const flags = ours.filter((line) => line.startsWith('close '));
  let closes = 0;
  for (let i = 0; i < theirs.length; i++) {
    if (!theirs[i].startsWith('close ')) continue;
    const flag = flags[closes++];
    if (theirs[i] !== 'close hadError=undefined' || flag === undefined) continue;
    note('D29');
    theirs[i] = flag;
  }
}

/** D1: Node tells a write that waited for the connection inside 'connect', so before 'ready'. */
function settleEarly(theirs, ours, note) {
  for (let ready = 0; ready < theirs.length; ready++) {
    if (theirs[ready] !== 'ready') continue;
    let first = ready;
    while (first > 0 && /^(written\d+|drain)$/.test(theirs[first - 1])) first--;
    if (first === ready || ours[first] !== 'ready') continue;
    note('D1');
    theirs.splice(ready, 1);
    theirs.splice(first, 0, 'ready');
  }
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
  while (ours[behind - 1] !== theirs[error] && /^(written|ended)\d+ error /.test(theirs[behind])) {
    behind++;
  }
  if (behind === error + 1 || ours[behind - 1] !== theirs[error]) return;
  note('D54');
  theirs.splice(behind, 0, theirs[error]);
  theirs.splice(error, 1);
}

/** Where a property may differ: the number of the entry, or nothing. */
const FIELDS = {
  // An error of the program has no code of its own.
  errored: (theirs, ours) => /^(mine|gone)$/.test(theirs) && ours === 'UNKNOWN' && 'D50',
  // What a destroyed socket had buffered is gone.
  readableLength: (theirs, ours, line) => / destroyed=true /.test(line) && ours === '0' && 'D59',
  // What was corked when it was destroyed waits for ever.
  writableLength: (theirs, ours, line) => / destroyed=true /.test(line) && ours === '0' && 'D5',
  // What was written while connecting counts, though it was never sent.
  bytesWritten: (theirs, ours, line) =>
    / destroyed=true /.test(line) && Number(ours) < Number(theirs) && 'D53',
};

/** Properties that differ: D5, D50, D53, D59. */
function settleFields(theirs, ours, note) {
  for (let i = 0; i < theirs.length && i < ours.length; i++) {
    const left = theirs[i].split(' ');
    const right = ours[i].split(' ');
    if (left.length !== right.length || !left[0].startsWith('readyState=')) continue;
    left.forEach((field, at) => {
      if (field === right[at]) return;
      const [key, value] = field.split('=');
      const id = FIELDS[key] && FIELDS[key](value, right[at].split('=')[1], theirs[i]);
      if (!id) return;
      note(id);
      left[at] = right[at];
    });
    theirs[i] = left.join(' ');
  }
}

/** D59: what a destroyed socket had buffered cannot be read any more. */
function settleBuffered(theirs, ours, note) {
  const closed = theirs.findIndex((line) => line.startsWith('close '));
  for (let i = Math.max(closed, 0); closed >= 0 && i < theirs.length && i < ours.length; i++) {
    const without = theirs[i].replace(/^(read.* -> )(bytes|string|").*$/, '$1null');
    if (without === theirs[i] || without !== ours[i]) continue;
    note('D59');
    theirs[i] = without;
  }
}

/** D61: the function of onread is called inside connect(), and when the connection is there. */
function settleMemory(theirs, ours, note) {
  const before = (lines) => {
    let open = false;
    return lines.filter((line) => {
      if (line === 'connect') open = true;
      if (line.startsWith('close ')) open = false;
      return open || line !== 'buffer';
    });
  };
  const left = before(theirs);
  const right = before(ours);
  if (left.length === theirs.length && right.length === ours.length) return;
  note('D61');
  theirs.splice(0, theirs.length, ...left);
  ours.splice(0, ours.length, ...right);
}

/** D43: what Node takes for an end is told as the reset that it was; from there on all differs. */
function settleResets(theirs, ours, note) {
  const first = theirs.findIndex((line, i) => line !== ours[i]);
  if (first < 0 || !/^(end|readable)$/.test(theirs[first])) return;
  if (!/^error Error code=ECONNRESET syscall=read /.test(ours[first] || '')) return;
  note('D43');
  theirs.length = first;
  ours.length = first;
}

/** What differs from Node in each object's lines, one behind the other. */
const SETTLE = [settleMemory, settleCallbacks, settleLate, settleFlags, settleEarly, settleRefused,
  settleFields, settleBuffered, settleResets, ...SETTLE_SERVERS];

/** Takes out of both traces what is declared. @returns {Array} name and both lines of each object */
function settle(theirs, ours, note) {
  const left = byObject(theirs);
  const right = byObject(ours);
  return [...new Set([...left.keys(), ...right.keys()])].map((name) => {
    const a = left.get(name) || [];
    const b = right.get(name) || [];
    for (const one of SETTLE) if (a.join('\n') !== b.join('\n')) one(a, b, note);
    return [name, a, b];
  });
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
  const noted = [];
  const same = settle(theirs, ours, (id) => noted.push(id))
    .every(([, left, right]) => left.join('\n') === right.join('\n'));
  if (same) noted.forEach(note);
  return same;
}

module.exports = { agree, settle };
