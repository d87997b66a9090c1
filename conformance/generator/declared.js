// Differences that docs/divergences.md declares, as they show in generated scenarios: taken out of
// both traces, each as narrowly as it can be said, and counted.
'use strict';

const LABEL = /^((?:written|ended|connected)\d+)(?: error (\S+) .*)?$/;

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

/** D5, D48: callbacks that Node forgets, or tells another error. D40: a success that was none. */
function settleCallbacks(theirs, ours, note) {
  for (let i = 0; i < ours.length; i++) {
    const [, label, code] = LABEL.exec(ours[i]) || [];
    if (label === undefined || code === undefined) continue;
    const at = labelled(theirs, label);
    const told = at < 0 ? null : LABEL.exec(theirs[at])[2];
    let id = null;
    if (at < 0) id = 'D5';
    else if (told === undefined && code === 'ECANCELED') id = 'D40';
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
  const left = byObject(theirs);
  const right = byObject(ours);
  const noted = [];
  for (const name of new Set([...left.keys(), ...right.keys()])) {
    const a = left.get(name) || [];
    const b = right.get(name) || [];
    settleCallbacks(a, b, (id) => noted.push(id));
    settleFlags(a, b, (id) => noted.push(id));
    settleResets(a, b, (id) => noted.push(id));
    if (a.join('\n') !== b.join('\n')) return false;
  }
  noted.forEach(note);
  return true;
}

module.exports = { agree };
