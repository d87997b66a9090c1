// The cells that generated scenarios visit: a state of the subject, a call in it, and a third thing
// that its plan names. Which cell comes next, and how often each was visited.
'use strict';

/** All cells that can be reached and compared, with their counts. */
class Cells {
  /**
   * @param {{axes: string[], all: Iterable<string[]>, declared: Function}} plan what a cell consists
   *   of, all of them, and the entry of docs/divergences.md in which all that follows differs
   */
  constructor(random, plan) {
    this.random = random;
    this.axes = plan.axes;
    this.visits = new Map();
    this.declared = [];
    for (const cell of plan.all) {
      const known = plan.declared(cell);
      if (known) this.declared.push(`${cell.join(' x ')} (${known})`);
      else this.visits.set(cell.join(' x '), 0);
    }
  }

  /** One of the cells that were visited least. */
  take() {
    const least = Math.min(...this.visits.values());
    const cell = this.random.pick([...this.visits.keys()].filter((c) => this.visits.get(c) === least));
    this.visits.set(cell, least + 1);
    const parts = cell.split(' x ');
    return Object.fromEntries(this.axes.map((axis, at) => [axis, parts[at]]));
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

module.exports = { Cells };
