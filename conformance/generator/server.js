// One generated server: it is brought into a state, then comes a call in it; behind it the server
// is looked at, clients try it, and some more calls are made.
'use strict';
const { needsFiles } = require('./server_cells.js');

const HOSTS = { four: ' host=127.0.0.1', six: ' host=::1', dual: '' };
/** An address that is not local. */
const NOWHERE = { four: '203.0.113.9', six: '2001:db8::9', dual: '203.0.113.9' };
const LIMITS = ['0', '1', '2', 'null'];
const OPTIONS = ['allowHalfOpen', 'pauseOnConnect', 'highWaterMark', 'noDelay', 'keepAlive',
  'keepAliveInitialDelay'];
const VALUES = { highWaterMark: [1, 100, 100000], keepAliveInitialDelay: [2000] };
/** What pipes have not as sockets in files do. */
const NO_FILES = 'not windows there are no files where pipes are';
const HELD_NAME = 'not windows a pipe has its name until its last connection is closed';
/** What may be done at any time, between turns. */
const MORE = ['listen', 'listen-busy', 'listen-exclusive', 'close', 'close-twice', 'address',
  'getConnections', 'ref', 'unref', 'maxConnections', 'maxConnections', 'show', 'connect',
  'connect', 'destroy', 'destroy', 'abort-after'];

class Server {
  constructor(random, number, cell) {
    Object.assign(this, { random, number, cell });
    this.name = `s${number}`;
    this.isLocal = cell.kind === 'path';
    this.heads = needsFiles(cell) ? ['not sim the simulator has no file system', NO_FILES] : [];
    this.options = OPTIONS.filter(() => random.chance(0.15));
    this.lines = [];
    this.labels = 0;
    this.clients = [];
    this.limit = null;
    this.listening = false;
    this.known = this.isLocal; // Whether there is an address to connect to.
    this.hasBusy = ['failing', 'failed'].includes(cell.state) ||
      ['listen-busy', 'listen-handle'].includes(cell.call) || random.chance(0.2);
    this.hasSignal = cell.call.startsWith('abort') || random.chance(0.2);
    this.armed = false; // Whether the last listen() has the signal, and it has not fired.
  }

  say(line) {
    this.lines.push(line);
  }

  label(what) {
    return ` -> ${what}${++this.labels}`;
  }

  has(option) {
    return this.options.includes(option);
  }

  /** What comes before the server: what its calls speak of. */
  prepare() {
    const { random, number, cell } = this;
    if (this.isLocal) this.say(`path p${number}`);
    if (needsFiles(cell) && cell.call === 'listen-missing') this.say(`path m${number} missing`);
    if (cell.call === 'listen-taken') {
      this.say(`path f${number} ${random.pick(['file', 'stale', 'directory'])}`);
    }
    if (this.hasSignal) this.say(`signal a${number}`);
    if (this.hasBusy) {
      if (this.isLocal) this.say(`path q${number}`);
      this.say(`server b${number} quiet`);
      const place = this.isLocal ? `path=q${number}` : `port=0${HOSTS[cell.kind]}`;
      this.say(`b${number}.listen ${place}`);
      this.say(`wait b${number}.listening`);
    }
    const options = this.options.map((option) =>
      (VALUES[option] ? `${option}=${random.pick(VALUES[option])}` : option));
    this.say(`server ${[this.name, ...options].join(' ')}`);
    if (random.chance(0.25)) this.setLimit(random.pick(['1', '2']));
  }

  /* ---- Calls. ---- */

  /** Where the server listens unless the form of listen() says something else. */
  place() {
    const { number, cell } = this;
    if (this.isLocal) return `path=p${number}`;
    const again = this.known && !this.listening && !this.wasShared && this.random.chance(0.2);
    return `port=${again ? this.name : '0'}${HOSTS[cell.kind]}`;
  }

  listenWith(form) {
    const { number, isLocal } = this;
    const { kind } = this.cell;
    switch (form) {
    case 'listen-busy': return isLocal ? `path=q${number}` : `port=b${number}${HOSTS[kind]}`;
    case 'listen-missing': return isLocal ? `path=m${number}` : `port=0 host=${NOWHERE[kind]}`;
    case 'listen-taken': return `path=f${number}`;
    case 'listen-handle': return `handle=b${number}`;
    case 'listen-exclusive': return `${this.place()} exclusive=${this.random.chance(0.7)}`;
    case 'listen-backlog': return `${this.place()} backlog=${this.random.pick([2, 16, 511])}`;
    case 'listen-name': return 'port=0 host=localhost';
    case 'listen-mode':
      return `${this.place()} ${this.random.pick(['readableAll=true', 'writableAll=true',
        'readableAll=true writableAll=true', 'readableAll=false'])}`;
    default: return this.place();
    }
  }

  /**
   * Whether a listen() may have the signal, which is fired later: one of them, as in Node each closes
   * what listens then. There a 'close' that is still to be told of an earlier listen() lets go of it.
   */
  mayArm() {
    return this.hasSignal && !this.fired && !this.wasArmed && !this.isClosing &&
      this.cell.call !== 'abort-before';
  }

  /** @param {boolean} [armed] whether its signal is given */
  listen(form, armed = this.mayArm() && this.random.chance(0.3)) {
    const { number } = this;
    const signal = armed && form !== 'listen-handle'; // Node takes it of no server.
    const fired = form === 'abort-before';
    if (signal) this.wasArmed = true;
    if (fired) this.abort();
    const heard = this.random.chance(0.8) ? this.label('heard') : '';
    this.quiet = false;
    this.say(`show ${this.name}.listen ${this.listenWith(form)}` +
      `${signal ? ` signal=a${number}` : ''}${heard}`);
    this.needsFreeName();
    const isRefused = this.listening;
    if (!isRefused) {
      this.listening = !['listen-busy', 'listen-missing', 'listen-taken'].includes(form) &&
        !(signal && fired);
      this.armed = Boolean(signal) && !fired;
      this.wasShared ||= form === 'listen-handle';
      this.isNamed = form === 'listen-name'; // It listens on one address.
    }
    if (form === 'listen-name' && !isRefused) this.say(`wait ${this.name}.listening`);
    if (form === 'listen-mode' && !isRefused) this.say(`show p${number}.mode`);
  }

  close() {
    const show = this.random.chance(0.3) ? 'show ' : '';
    this.say(`${show}${this.name}.close${this.label('closed')}`);
    this.listening = false;
    this.armed = false;
    this.isClosing = true;
  }

  abort() {
    this.say(`log ${this.name} abort`);
    this.say(`a${this.number}.abort`);
    if (this.armed) this.listening = false;
    this.armed = false;
    this.fired = true;
  }

  setLimit(limit) {
    this.say(`${this.name}.set maxConnections ${limit}`);
    this.limit = limit === 'null' ? null : Number(limit);
  }

  /** A server that does not listen is to have let its name go, whoever is still connected. */
  needsFreeName() {
    if (this.isLocal && !this.listening && this.clients.length > 0 && this.heads.length === 0) {
      this.heads.push(HELD_NAME);
    }
  }

  /** Clients, of which the server takes as many as its limit lets in. */
  connect() {
    const { random, number, name } = this;
    this.needsFreeName();
    let taken = this.clients.filter((client) => client.accepted).length;
    for (let more = 1 + random.below(3); more > 0; more--) {
      const client = `c${number}_${this.clients.length + 1}`;
      const accepted = this.listening && (this.limit === null || taken < this.limit) ?
        `t${number}_${this.clients.length + 1}` : null;
      if (accepted) {
        taken++;
        this.say(`accept ${accepted} from ${name}`);
        this.say(`once ${accepted}.accepted`);
        this.say(`  show ${['allowHalfOpen', 'isPaused', 'readableHighWaterMark',
          'writableHighWaterMark', 'localAddress', 'remoteFamily', 'readyState']
          .map((p) => `${accepted}.${p}`).join(' ')}`);
        // In which order several close in one turn is the system's affair.
        if (!this.isOrderShown && random.chance(0.5)) {
          this.isOrderShown = true;
          this.say(`on ${accepted}.close`);
          this.say(`  log ${name} ${accepted} has closed`);
        }
      }
      this.say(`socket ${client}`);
      this.say(`${client}.connect ${this.target()}`);
      this.clients.push({ client, accepted, isNew: true });
    }
  }

  /** Where clients go. */
  target() {
    const { number, name } = this;
    if (this.isLocal) return `p${number}`;
    if (!this.known && !this.listening) return `b${number}`;
    const isDual = this.cell.kind === 'dual' && !this.isNamed;
    return isDual && this.random.chance(0.3) ? `port=${name} host=::1` : name;
  }

  /** Accepted sockets go, or their clients, so that the server has fewer. */
  destroy() {
    const { random } = this;
    const alive = this.clients.filter((client) => client.accepted);
    if (alive.length === 0) return;
    const all = random.chance(0.3);
    for (const one of all ? alive : [random.pick(alive)]) {
      const calls = [`${one.accepted}.destroy`];
      if (!this.isLocal) calls.push(`${one.accepted}.resetAndDestroy`); // A path has no resets.
      // Who is half-open or does not read stays when the client goes. How soon a client is missed
      // is chance, beside others that go.
      const isChance = all && this.isOrderShown;
      if (!isChance && !this.has('allowHalfOpen') && !this.has('pauseOnConnect')) {
        calls.push(`${one.accepted}.end`, `${one.client}.end`, `${one.client}.destroy`);
      }
      this.say(random.pick(calls));
      one.accepted = null;
    }
  }

  call(call) {
    const { random, name, number } = this;
    if (call.startsWith('listen') || call === 'abort-before') {
      this.listen(call, call === 'abort-before' || undefined);
      return;
    }
    switch (call) {
    case 'close':
      this.close();
      return;
    case 'close-twice':
      this.close();
      this.close();
      return;
    case 'abort-after':
      this.abort();
      return;
    case 'kind':
      this.say(`show p${number}.kind`);
      return;
    case 'address':
      this.lookAtPlace();
      return;
    case 'getConnections':
      this.say(`${name}.getConnections${this.label('count')}`);
      return;
    case 'maxConnections':
      this.setLimit(random.pick(LIMITS));
      this.say(`show ${name}.maxConnections`);
      return;
    case 'show':
      this.say(`show ${name}.listening ${name}.maxConnections`);
      return;
    case 'connect':
      this.connect();
      return;
    case 'destroy':
      this.destroy();
      return;
    default:
      this.say(`show ${name}.${call}`);
    }
  }

  /* ---- Turns. ---- */

  /** Waits until all is told, and lets what the options of the server do be seen. */
  settle() {
    this.say('wait quiet');
    this.quiet = true;
    this.isClosing = false;
    if (this.listening) this.known = true;
    for (const one of this.clients) {
      if (!one.isNew) continue;
      one.isNew = false;
      if (one.accepted) this.greet(one);
    }
  }

  greet({ client, accepted }) {
    const { random } = this;
    if (random.chance(0.5)) {
      this.say(`${client}.write "hello"`);
      this.say(`show ${accepted}.write "welcome"`);
      this.say('wait quiet');
    }
    if (this.has('pauseOnConnect')) {
      this.say(`show ${accepted}.bytesRead ${accepted}.isPaused`);
      this.say(`${accepted}.resume`);
      this.say('wait quiet');
    }
    if (this.has('allowHalfOpen') && random.chance(0.5)) {
      this.say(`${client}.end "bye"`);
      this.say('wait quiet');
      this.say(`show ${accepted}.readyState`);
    }
  }

  lookAtPlace() {
    // The port of a server without a host has no name in a trace before 'listening'.
    const hasPlace = this.quiet || this.cell.kind !== 'dual';
    this.say(`show ${this.name}.listening${hasPlace ? ` ${this.name}.address` : ''}`);
  }

  /** Brings the server into the state of the cell. */
  reach() {
    const { state, call } = this.cell;
    const last = call === 'abort-after' || undefined;
    const listens = { listening: 1, connected: 1, closing: 1, closed: 1, again: 1 }[state];
    if (state === 'called') this.listen('listen', last);
    if (['failing', 'failed'].includes(state)) this.listen('listen-busy', last);
    if (state === 'failed') this.settle();
    if (!listens) return;
    this.listen('listen', state === 'again' ? false : last);
    this.settle();
    const connects = ['connected', 'closing'].includes(state) ||
      (state === 'again' && (call === 'destroy' || this.random.chance(0.5)));
    if (connects) {
      this.connect();
      this.settle();
    }
    if (['listening', 'connected'].includes(state)) return;
    this.close();
    if (call === 'abort-after' || this.random.chance(0.7)) this.settle();
    if (state !== 'again') return;
    this.listen('listen', last);
    this.settle();
  }

  /** What is possible behind the cell's call. */
  mayCall(call) {
    if (call === 'listen-busy') return this.hasBusy && !this.wasShared;
    if (call === 'abort-after') return this.armed;
    // When it has closed, whether the other server takes connections is D25.
    return call !== 'connect' || (this.known && (this.listening || !this.wasShared));
  }

  finish() {
    const { random, name } = this;
    const closes = random.chance(0.5);
    if (closes) this.close();
    for (const { client } of this.clients) this.say(`${client}.destroy`);
    for (const { accepted } of this.clients) if (accepted) this.say(`${accepted}.destroy`);
    this.say('wait quiet');
    if (!closes) this.close();
    this.say(`${name}.getConnections${this.label('count')}`);
    this.say('wait quiet');
    this.lookAtPlace();
  }

  /** Whether a line declares what nothing else names. */
  isIdle(line) {
    const [, name] = /^(?:path|signal) (\S+)/.exec(line) || [];
    const named = new RegExp(`\\b${name}\\b`);
    return name !== undefined && !this.lines.some((other) => other !== line && named.test(other));
  }

  build() {
    const { random, cell } = this;
    this.prepare();
    this.reach();
    this.call(cell.call);
    if (random.chance(0.4)) this.lookAtPlace();
    this.settle();
    this.lookAtPlace();
    if (needsFiles(cell)) this.say(`show p${this.number}.kind`);
    const more = [...(random.chance(0.6) ? ['connect'] : [])];
    for (let i = random.below(4); i > 0; i--) more.push(random.pick(MORE));
    for (const call of more) {
      if (!this.mayCall(call)) continue;
      this.call(call);
      this.settle();
    }
    this.lookAtPlace();
    this.finish();
    return this.lines.filter((line) => !this.isIdle(line));
  }
}

module.exports = { Server };
