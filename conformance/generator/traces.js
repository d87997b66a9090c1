// Runs scenario files on Node and on weir and takes their traces apart.
'use strict';
const { spawnSync } = require('node:child_process');
const path = require('node:path');
const { agree } = require('./declared.js');

/** Title and lines of each scenario of a printed trace. */
function split(printed) {
  const traces = new Map();
  let lines = null;
  for (const line of printed.split('\n')) {
    if (line.startsWith('# ')) traces.set(line.slice(2), lines = []);
    else if (lines && line !== '') lines.push(line);
  }
  return traces;
}

/** @param {number} [limit] milliseconds */
function run(program, args, limit) {
  const done = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 30, timeout: limit });
  if (done.error) throw new Error(`${program}: ${done.error.message}`);
  // 1 says that an expectation failed, which the traces show as well.
  if (done.status !== 0 && done.status !== 1) {
    throw new Error(`${program} ${args.join(' ')} ended with ${done.status}:\n${done.stderr}`);
  }
  return split(done.stdout);
}

/** The two runs of a file. */
class Runner {
  constructor({ node, weir, backend }) {
    Object.assign(this, { node, weir, backend });
    this.oracle = path.join(__dirname, '..', 'oracle', 'run.js');
  }

  onNode(file, limit) {
    return run(this.node, [this.oracle, '--batch', '--print', file], limit);
  }

  onWeir(file, limit) {
    return run(this.weir, ['--backend', this.backend, '--print', file], limit);
  }

  /** On the simulator, where chance decides in which order things finish. */
  onSchedule(file, seed) {
    return run(this.weir, ['--backend', 'sim', '--seed', String(seed), '--print', file]);
  }
}

/** Titles whose traces differ in what is not declared. */
function differing(theirs, ours, note = () => {}) {
  return [...theirs.keys()].filter((title) =>
    !ours.has(title) || !agree(theirs.get(title), ours.get(title), note));
}

module.exports = { Runner, differing };
