// Runs one scenario: its tasks, what they wait for, and when it is over.
'use strict';
const { Trace } = require('./trace.js');
const { showError } = require('./show.js');
const { Objects } = require('./objects.js');
const { callOf, showProperties, checkExpectation } = require('./calls.js');

const LIMIT_MS = 20000;
const SETTLE_MS = 5; // How often it is looked whether all sockets have closed, and
const SETTLE_LOOKS = 60; // how many times behind the first one.
const QUIET_TURNS = 4;
const QUIET_MS = 2;

/** Ends a task: the scenario has failed, or is over. */
class Ended extends Error {}

class Scene {
  constructor(scenario) {
    this.scenario = scenario;
    this.trace = new Trace();
    this.objects = new Objects(this);
    this.eventCount = 0;
    this.failures = [];
    this.waiting = new Set(); // Statements at which tasks wait.
    this.holding = 0; // Tasks that keep the scenario from being over.
    this.over = false;
    this.firstDone = false;
    this.settling = null;
  }

  /** Runs it. @returns {Promise<string[]>} the lines of the trace */
  async run() {
    const ended = new Promise((resolve) => { this.finish = resolve; });
    this.limit = setTimeout(() => this.giveUp(), LIMIT_MS);
    setImmediate(async () => {
      await this.runTask(this.scenario.statements);
      this.firstDone = true;
      this.settle();
    });
    await ended;
    this.over = true;
    this.trace.ended = true;
    clearTimeout(this.limit);
    clearTimeout(this.settling);
    const lines = this.trace.render(this.scenario.global);
    await this.objects.clear();
    return lines;
  }

  /* ---- Failing. ---- */

  fail(line, what) {
    this.failures.push(`${this.scenario.file}:${line}: ${what}`);
    this.trace.log('harness', `FAILED ${what}`);
    this.over = true;
    this.trace.ended = true;
    this.finish();
  }

  giveUp() {
    const lines = [...this.waiting].map((statement) => statement.line).sort((a, b) => a - b);
    for (const line of lines.slice(1)) {
      this.failures.push(`${this.scenario.file}:${line}: this is waited for as well`);
    }
    this.fail(lines[0] || this.scenario.line, `not over after ${LIMIT_MS / 1000} s; this is waited for`);
  }

  /** Does something that must not throw. */
  orFail(statement, act) {
    try {
      return void act();
    } catch (error) {
      this.fail(statement.line, `throws ${showError(error, this.trace.marks)}`);
      throw new Ended();
    }
  }

  exception(error) {
    this.trace.log('harness', `EXCEPTION ${showError(error, this.trace.marks)}`);
  }

  /* ---- The end. ---- */

  hold() {
    this.holding++;
  }

  release() {
    this.holding--;
    this.settle();
  }

  /** Begins to look whether all sockets have closed, once no task holds the scenario. */
  settle(looks = SETTLE_LOOKS) {
    if (this.over || this.settling || !this.firstDone || this.holding > 0) return;
    this.settling = setTimeout(() => {
      this.settling = null;
      if (this.holding > 0) return;
      if (looks === 0 || !this.objects.anyOpen()) this.finish();
      else this.settle(looks - 1);
    }, SETTLE_MS);
  }

  /* ---- Tasks. ---- */

  /** Runs statements; up to the first wait they run before this returns. */
  async runTask(statements) {
    try {
      for (const statement of statements) {
        if (this.over) return;
        const wait = this.execute(statement);
        if (!wait) continue;
        this.waiting.add(statement);
        await wait.promise;
        this.waiting.delete(statement);
        if (wait.holds) this.release();
        if (this.over) return;
      }
    } catch (error) {
      if (!(error instanceof Ended)) this.exception(error);
    }
  }

  /** A block that begins later. */
  later(begin, body) {
    this.hold();
    begin(() => {
      this.runTask(body);
      this.release();
    });
  }

  /** @returns {{promise: Promise, holds: boolean}|undefined} what is waited for */
  execute(statement) {
    switch (statement.type) {
    case 'call': return void callOf(this, statement);
    case 'show': return void showProperties(this, statement);
    case 'expect': return this.expect(statement);
    case 'log': return void this.trace.log(statement.name, statement.text);
    case 'wait': return this.wait(statement);
    case 'on':
    case 'once':
      return void this.thing(statement.name).listen(statement.event,
        () => { this.runTask(statement.body); }, statement.type === 'once');
    case 'after': return this.later((go) => setTimeout(go, statement.duration), statement.body);
    case 'next': return this.later((go) => process.nextTick(go), statement.body);
    case 'immediate': return this.later((go) => setImmediate(go), statement.body);
    default: return this.make(statement);
    }
  }

  make(statement) {
    let wait;
    this.orFail(statement, () => { wait = this.objects.make(statement); });
    return wait;
  }

  expect(statement) {
    const wrong = checkExpectation(this, statement);
    if (!wrong) return;
    this.fail(statement.line, wrong);
    throw new Ended();
  }

  thing(name) {
    return this.objects.get(name);
  }

  /* ---- Waiting. ---- */

  wait(statement) {
    if (statement.closed) return { promise: this.allClosed(statement.closed) };
    if (statement.events) return { promise: this.allEvents(statement.events) };
    this.hold();
    return { holds: true, promise: statement.quiet ? this.quiet() : new Promise((resolve) => {
      if (statement.turn) setImmediate(resolve);
      else setTimeout(resolve, statement.duration);
    }) };
  }

  /** Resolves once `count` calls were made of what `start` is given. */
  countdown(count, start) {
    return new Promise((resolve) => {
      let left = count;
      if (left === 0) resolve();
      start(() => { if (--left === 0) resolve(); });
    });
  }

  allEvents(events) {
    // Whoever waits for a connection does not care whether it came already.
    const due = events.filter(({ name, event }) => event !== 'accepted' || !this.thing(name).emitter);
    return this.countdown(due.length, (done) => {
      for (const { name, event } of due) this.thing(name).listen(event, done, true);
    });
  }

  allClosed(names) {
    const open = names.map((name) => this.thing(name)).filter((thing) => !thing.closed);
    return this.countdown(open.length, (done) => {
      for (const thing of open) thing.listen('close', done, true);
    });
  }

  /** Resolves when some turns went by without an event. */
  quiet() {
    return new Promise((resolve) => {
      let seen = this.eventCount;
      let since = performance.now();
      let turns = 0;
      const look = () => {
        if (this.eventCount !== seen) {
          seen = this.eventCount;
          since = performance.now();
          turns = 0;
        }
        if (this.over || (++turns > QUIET_TURNS && performance.now() - since >= QUIET_MS)) resolve();
        else setImmediate(look);
      };
      setImmediate(look);
    });
  }

  /* ---- What objects tell. ---- */

  markServer(thing) {
    const address = thing.emitter.address();
    thing.address = address;
    if (address && typeof address === 'object') this.trace.marks.addPort(address.port, 'PORT');
  }

  nameConnection(server, socket) {
    this.objects.nameConnection(server, socket);
  }
}

module.exports = { Scene };
