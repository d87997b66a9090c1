// Runs scenario files on Node and prints their traces.
'use strict';
const fs = require('node:fs');
const { parse } = require('./parse.js');
const { Scene } = require('./scene.js');
const { spyOnHandles, keepDefaults } = require('./calls.js');

const USAGE = `usage: run.js [--print] [--parse] [--batch] [--filter TEXT] FILE...
  --parse only looks whether the files are right. --batch runs up to 50 scenarios at a time; none may
  wait for a duration. "-" is standard input.`;
const AT_A_TIME = 50;

function take(args) {
  const options = { batch: false, parse: false, filter: '', files: [] };
  while (args.length > 0) {
    const arg = args.shift();
    if (arg === '--batch' || arg === '--parse') options[arg.slice(2)] = true;
    else if (arg === '--filter' && args.length > 0) options.filter = args.shift();
    else if (arg !== '--print' && /^--/.test(arg)) return null;
    else if (arg !== '--print') options.files.push(arg);
  }
  return options.files.length > 0 ? options : null;
}

/** All scenarios of the files; null if one of them is wrong. */
function readAll({ files, batch }) {
  const scenarios = [];
  let wrong = 0;
  for (const file of files) {
    let text;
    try {
      text = new TextDecoder('utf-8', { fatal: true }).decode(fs.readFileSync(file === '-' ? 0 : file));
    } catch (error) {
      console.error(`${file}: ${error.message}`);
      wrong++;
      continue;
    }
    const read = parse(file, text);
    if (batch) {
      for (const { timed } of read.scenarios) {
        if (timed) read.complaints.push({ line: timed, what: 'no durations with --batch' });
      }
    }
    for (const { line, what } of read.complaints) console.error(`${file}:${line}: ${what}`);
    wrong += read.complaints.length;
    scenarios.push(...read.scenarios);
  }
  return wrong > 0 ? null : scenarios;
}

class Runner {
  constructor(scenarios) {
    this.results = scenarios.map((scenario) => ({ scenario, lines: null, failures: [] }));
    this.active = new Set();
    this.again = []; // Those that ran beside one with an exception.
    this.printed = 0;
  }

  /** An exception belongs to the one that runs; if several do, each runs again alone. */
  exception(error) {
    if (this.active.size === 0) throw error;
    const scenes = [...this.active];
    if (scenes.length === 1) {
      scenes[0].exception(error);
      return;
    }
    for (const scene of scenes) {
      scene.discarded = true;
      scene.finish();
    }
  }

  async runOne(result) {
    const scene = new Scene(result.scenario);
    const restore = result.scenario.alone ? keepDefaults() : () => {};
    this.active.add(scene);
    const lines = await scene.run();
    this.active.delete(scene);
    restore();
    if (scene.discarded) {
      this.again.push(result);
      return;
    }
    result.lines = lines;
    result.failures = scene.failures;
    this.print();
  }

  /** Prints what is finished, in the order of the files. */
  print() {
    while (this.printed < this.results.length) {
      const { scenario, lines, skipped } = this.results[this.printed];
      if (!lines && !skipped) return;
      this.printed++;
      if (lines) process.stdout.write(`# ${scenario.title}\n${lines.map((l) => `${l}\n`).join('')}\n`);
    }
  }

  async runAll(atATime) {
    for (const result of this.results) result.skipped = result.scenario.not.get('node');
    const left = this.results.filter((result) => !result.skipped);
    const together = atATime === 1 ? [] : left.filter((result) => !result.scenario.alone);
    const single = atATime === 1 ? left : left.filter((result) => result.scenario.alone);
    const work = async () => {
      while (together.length > 0) await this.runOne(together.shift());
    };
    await Promise.all(Array.from({ length: atATime }, work));
    for (const result of single) await this.runOne(result);
    for (const result of this.again.splice(0)) await this.runOne(result);
    this.print();
  }
}

async function main() {
  const options = take(process.argv.slice(2));
  if (!options) {
    console.error(USAGE);
    return 2;
  }
  const scenarios = readAll(options);
  if (!scenarios) return 2;
  if (options.parse) return 0;
  process.umask(0o077);
  process.removeAllListeners('warning'); // Some scenarios provoke them.
  spyOnHandles();
  const runner = new Runner(scenarios.filter(({ title }) => title.includes(options.filter)));
  process.on('uncaughtException', (error) => runner.exception(error));
  await runner.runAll(options.batch ? AT_A_TIME : 1);
  const failures = runner.results.flatMap((result) => result.failures);
  for (const failure of failures) console.error(failure);
  const skipped = runner.results.filter((result) => result.skipped).length;
  console.error(`${runner.results.length} scenarios: ${runner.results.length - skipped} run, ` +
    `${skipped} skipped, ${runner.results.filter((r) => r.failures.length > 0).length} failed`);
  return failures.length > 0 ? 1 : 0;
}

main().then((status) => {
  // Handles that a scenario left behind must not keep the program, nor cut its output short.
  process.stdout.write('', () => process.exit(status));
});
