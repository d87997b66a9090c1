// The cells that generated scenarios visit: a state of a socket, a call in it, and what the peer does
// behind the call. Which cell comes next, and how often each was visited.
'use strict';

/** States in which a socket has a peer that can do something. */
const CONNECTED = ['open', 'flushing', 'ending', 'finished', 'half-open', 'auto-ended', 'paused'];
/** States in which it has none. */
const ALONE = ['fresh', 'connecting', 'refused', 'destroyed'];
/** Calls, each in the forms that scenario.js gives it. */
const CALLS = ['write', 'end', 'destroy', 'destroySoon', 'resetAndDestroy', 'flow', 'cork'];
const PEER = ['nothing', 'data', 'end', 'reset'];

/**
 * Cells in which all that follows differs on purpose, the peer's trace included: the number is the
 * entry of docs/divergences.md. Smaller differences are in declared.js.
 */
const DECLARED = [
  { id: 'D32', state: ['ending', 'flushing'], call: ['resetAndDestroy'] },
  { id: 'D39', state: ['fresh'], call: ['end', 'destroySoon'] },
];

function isDeclared(state, call, peer) {
  return DECLARED.find((d) => d.state.includes(state) && (!d.call || d.call.includes(call)) &&
    (!d.peer || d.peer.includes(peer)));
}

/** All cells that can be reached and compared, with their counts. */
class Cells {
  constructor(random) {
    this.random = random;
    this.visits = new Map();
    this.declared = [];
    const add = (state, call, peer) => {
      const known = isDeclared(state, call, peer);
      if (known) this.declared.push(`${state} x ${call} x ${peer} (${known.id})`);
      else this.visits.set(`${state} x ${call} x ${peer}`, 0);
    };
    for (const call of CALLS) {
      for (const state of ALONE) add(state, call, 'nothing');
      for (const state of CONNECTED) for (const peer of PEER) add(state, call, peer);
    }
  }

  /** One of the cells that were visited least. */
  take() {
    const least = Math.min(...this.visits.values());
    const cell = this.random.pick([...this.visits.keys()].filter((c) => this.visits.get(c) === least));
    this.visits.set(cell, least + 1);
    const [state, call, peer] = cell.split(' x ');
    return { state, call, peer };
  }

  /** @param {boolean} each whether every cell gets a line of its own */
  report(each) {
    const counts = [...this.visits.values()];
    const states = new Map();
    for (const [cell, count] of this.visits) {
      const state = cell.split(' x ')[0];
      const seen = states.get(state) || { cells: 0, least: Infinity, sum: 0 };
      states.set(state, { cells: seen.cells + 1, least: Math.min(seen.least, count),
        sum: seen.sum + count });
    }
    const lines = [...states].map(([state, s]) =>
      `  ${state.padEnd(12)} ${String(s.cells).padStart(4)} cells, visited ${s.sum} times, ` +
      `the least one ${s.least} times`);
    if (each) for (const [cell, count] of this.visits) lines.push(`    ${cell}: ${count}`);
    return [`cells: ${counts.length}, each visited at least ${Math.min(...counts)} times`, ...lines,
      `cells that differ on purpose: ${this.declared.length}`,
      ...this.declared.map((cell) => `  ${cell}`)].join('\n');
  }
}

module.exports = { Cells, CALLS, PEER, CONNECTED, ALONE };
