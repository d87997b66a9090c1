// Generates scenarios, runs them on Node and on weir, and shrinks and keeps what differs.
'use strict';
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { Random } = require('./random.js');
const { Cells } = require('./cells.js');
const { makeScenario, SUBJECTS } = require('./scenario.js');
const { Runner, differing } = require('./traces.js');
const { shrink } = require('./shrink.js');

const USAGE = `usage: differential [--seed S] [--count N] [--node PROGRAM] [--run PROGRAM]
                    [--backend NAME] [--keep DIRECTORY] [--about SUBJECT] [--connections N]
                    [--sample FILE] [--any-version] [--cells] [--print]
  N scenarios (500) from the seed S (the clock), on Node 21.0.0 (NODE, or node) and on weir
  (build/dev/conformance/run) over a backend (epoll). A difference is shrunk, printed and kept as a
  scenario in DIRECTORY (conformance/scenarios/found). They are about connections (the
  default) or servers, and each has N of them (3). --sample writes those that agree to the letter to
  FILE, to be recorded like any other. --any-version takes another Node. --cells prints how often each
  cell was visited, --print the scenarios, and runs nothing.`;

const VERSION = 'v21.0.0';
const SCHEDULES = 8; // What a sample is tried under.
const ALONE_MS = 5000; // What a scenario may take that is run alone; one that waits in vain takes more.
const FLAGS = ['any-version', 'cells', 'print'];

function take(args) {
  const root = path.join(__dirname, '..', '..');
  const options = { seed: Date.now() % 1000000, count: 500, node: process.env.NODE || process.execPath,
    run: path.join(root, 'build', 'dev', 'conformance', 'run'), backend: 'epoll',
    keep: path.join(root, 'conformance', 'scenarios', 'found'), about: 'connections', connections: 3,
    sample: '', 'any-version': false, cells: false, print: false };
  while (args.length > 0) {
    const name = args.shift().replace(/^--/, '');
    if (!(name in options)) throw new Error(USAGE);
    if (FLAGS.includes(name)) options[name] = true;
    else if (args.length === 0) throw new Error(USAGE);
    else options[name] = typeof options[name] === 'number' ? Number(args.shift()) : args.shift();
  }
  const counts = options.count > 0 && options.connections > 0;
  const isKnown = Object.hasOwn(SUBJECTS, options.about);
  if (!Number.isInteger(options.seed) || !counts || !isKnown) throw new Error(USAGE);
  return options;
}

/** The oracle is one version of Node, and another one differs from it. */
function checkVersion({ node, 'any-version': any }) {
  const asked = spawnSync(node, ['--version'], { encoding: 'utf8' });
  if (asked.error) throw new Error(`cannot run ${node}: ${asked.error.message}`);
  const found = asked.stdout.trim();
  if (found === VERSION || any) return;
  throw new Error(`${node} is ${found}; the oracle is ${VERSION} (NODE=..., --node, or --any-version)`);
}

/** Whether a scenario says that it is not for this backend, or for its system. */
function isLeftOut(text, backend) {
  const names = backend === 'iocp' ? 'iocp|windows' : backend;
  return new RegExp(`^  not (${names}) `, 'm').test(text);
}

/** Scenarios as texts by their titles. */
function generate({ seed, count, about, connections, backend }) {
  const random = new Random(seed);
  const { plan, make } = SUBJECTS[about];
  const cells = new Cells(random, plan(backend));
  const texts = new Map();
  for (let i = 1; i <= count; i++) {
    const title = `generated ${seed} ${i}`;
    texts.set(title, makeScenario(random, cells, title, connections, make));
  }
  return { texts, cells };
}

class Comparison {
  constructor(options, directory) {
    this.directory = directory;
    this.runner = new Runner({ node: options.node, weir: options.run, backend: options.backend });
    this.files = 0;
  }

  write(text) {
    const file = path.join(this.directory, `${++this.files}.scenario`);
    fs.writeFileSync(file, text);
    return file;
  }

  /** Whether one scenario, run by itself, has the same trace on both. */
  isSame(lines) {
    const file = this.write(`${lines.join('\n')}\n`);
    try {
      return differing(this.runner.onNode(file, ALONE_MS), this.runner.onWeir(file, ALONE_MS))
        .length === 0;
    } catch {
      return false;
    }
  }

  /** Both traces of one scenario if they differ in each of some runs; null otherwise. */
  difference(lines, runs) {
    const file = this.write(`${lines.join('\n')}\n`);
    let shown = null;
    try {
      for (let i = 0; i < runs; i++) {
        const theirs = this.runner.onNode(file, ALONE_MS);
        const ours = this.runner.onWeir(file, ALONE_MS);
        const [title] = differing(theirs, ours);
        if (title === undefined) return null;
        // Without what was left out it is no scenario any more.
        if (theirs.get(title).some((line) => line.startsWith('harness: '))) return null;
        const both = { theirs: theirs.get(title), ours: ours.get(title) || [] };
        // What Node itself does not repeat is nobody's difference.
        if (shown && shown.theirs.join() !== both.theirs.join()) return null;
        shown = both;
      }
      return shown;
    } catch {
      return null; // It does not parse, or does not end, without what was left out.
    }
  }
}

function printDifference(lines, { theirs, ours }) {
  console.log(lines.join('\n'));
  for (const line of theirs.filter((l) => !ours.includes(l))) console.log(`    - ${line}`);
  for (const line of ours.filter((l) => !theirs.includes(l))) console.log(`    + ${line}`);
  if (theirs.every((l) => ours.includes(l)) && ours.every((l) => theirs.includes(l))) {
    console.log(`    Node: ${theirs.join(' | ')}`);
    console.log(`    weir: ${ours.join(' | ')}`);
  }
}

/** What a test can compare without knowing what is declared, and under any schedule. */
function writeSample(target, texts, file, theirs, ours, runner) {
  const runs = [ours];
  for (let seed = 1; seed <= SCHEDULES; seed++) runs.push(runner.onSchedule(file, seed));
  const agrees = (title, traces) => traces.has(title) &&
    theirs.get(title).join('\n') === traces.get(title).join('\n');
  const same = [...texts.keys()].filter((title) => runs.every((traces) => agrees(title, traces)));
  fs.writeFileSync(target, same.map((title) => texts.get(title)).join('\n'));
  console.log(`${same.length} of ${texts.size} agree to the letter and are in ${target}`);
}

function main() {
  const options = take(process.argv.slice(2));
  const { texts, cells } = generate(options);
  if (options.print) {
    process.stdout.write([...texts.values()].join('\n'));
    return 0;
  }
  checkVersion(options);
  for (const [title, text] of texts) if (isLeftOut(text, options.backend)) texts.delete(title);
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'weir-generated-'));
  const comparison = new Comparison(options, directory);
  const file = comparison.write([...texts.values()].join('\n'));
  const begun = Date.now();
  const theirs = comparison.runner.onNode(file);
  const middle = Date.now();
  const ours = comparison.runner.onWeir(file);
  const ended = Date.now();
  if (options.sample) writeSample(options.sample, texts, file, theirs, ours, comparison.runner);
  const declared = new Map();
  const suspects = differing(theirs, ours, (id) => declared.set(id, (declared.get(id) || 0) + 1));
  let alone = 0;
  let unsteady = 0;
  const found = [];
  for (const title of suspects) {
    const lines = texts.get(title).trimEnd().split('\n');
    if (found.length === 20) {
      console.log('more than 20 differ; the rest is not looked at');
      break;
    }
    if (!comparison.difference(lines, 3)) {
      // In one process with others it met them: a port that it had closed was another one's.
      if (comparison.isSame(lines)) alone++;
      else unsteady++;
      continue;
    }
    const shortest = shrink(lines, (shorter) => comparison.difference(shorter, 2) !== null);
    found.push(title);
    printDifference(shortest, comparison.difference(shortest, 2) || { theirs: [], ours: [] });
    fs.mkdirSync(options.keep, { recursive: true });
    fs.writeFileSync(path.join(options.keep, `${title.replace(/ /g, '-')}.scenario`),
      `${shortest.join('\n')}\n`);
  }
  fs.rmSync(directory, { recursive: true });
  console.log(cells.report(options.cells));
  console.log(`declared differences: ` +
    [...declared].sort().map(([id, count]) => `${id} ${count}`).join(', '));
  console.log(`seed ${options.seed}: ${texts.size} scenarios, ` +
    `same ${texts.size - suspects.length + alone} (${alone} when run alone), ` +
    `different ${found.length}, unsteady ${unsteady}; per second: ` +
    `Node ${Math.round(texts.size * 1000 / (middle - begun))}, ` +
    `${options.backend} ${Math.round(texts.size * 1000 / (ended - middle))}`);
  return found.length === 0 ? 0 : 1;
}

try {
  process.exitCode = main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 2;
}
