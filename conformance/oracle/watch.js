// Objects of a running scenario: what their events print, and what waits for them.
'use strict';
const { SOCKET_EVENTS, SERVER_EVENTS } = require('./words.js');
const { show, showError, showAddress } = require('./show.js');

const DETAILS = {
  lookup: (marks, error, address, family, host) =>
    ` err=${error ? error.code : null} address=${address} family=${family} host=${host}`,
  error: (marks, error) => ` ${showError(error, marks)}`,
  close: (marks, hadError) => ` hadError=${hadError}`,
  drop: (marks, data) => ` ${data === undefined ? 'undefined' : showAddress(data, marks)}`,
};

/** A named object; one that `accept` names has no emitter before its connection comes. */
class Thing {
  constructor(scene, name, kind, options) {
    Object.assign(this, { scene, name, kind, options, emitter: null, early: [] });
    this.skipped = new Set(options.skip || []);
    this.mode = options.data || 'log';
    this.received = 0;
    this.chunks = [];
    this.closed = false;
    this.connected = false; // Ever was connecting or connected.
    this.dataListeners = [];
    this.own = { data: [], readable: [], accepted: [] }; // Listeners of events that are not asked of the emitter.
    this.labels = new Map();
  }

  log(text) {
    this.scene.trace.log(this.name, text);
  }

  /** Logs an event, unless the object is quiet or the event is skipped. */
  happened(event, args) {
    this.scene.eventCount++;
    if (this.options.quiet || this.skipped.has(event)) return;
    const { marks } = this.scene.trace;
    const key = event === 'close' && this.kind === 'server' ? 'none' : event;
    this.log(event + (DETAILS[key] ? DETAILS[key](marks, ...args) : ''));
    if (event === 'error' && args[0] && Array.isArray(args[0].errors)) {
      for (const nested of args[0].errors) this.log(`  nested ${showError(nested, marks)}`);
    }
  }

  /** Listens to everything that an emitter tells. */
  watch(emitter) {
    this.emitter = emitter;
    emitter.setMaxListeners(0);
    for (const event of this.kind === 'socket' ? SOCKET_EVENTS : SERVER_EVENTS) {
      if (event !== 'data') emitter.on(event, (...args) => this.tell(event, args));
    }
    if (this.kind === 'socket') {
      if (this.mode === 'readable') this.attachReadable();
      else if (this.mode !== 'none') this.attachData(this.mode);
      if (emitter.connecting || !emitter.pending) this.connected = true;
    }
    for (const [event, listener, once] of this.early.splice(0)) this.listen(event, listener, once);
  }

  tell(event, args) {
    if (event === 'close') this.closed = true;
    this.happened(event, args);
    if (event === 'listening') this.scene.markServer(this);
    if (event === 'connection') this.scene.nameConnection(this, args[0]);
  }

  /** Attaches a 'data' listener; only the first one logs and tells. */
  attachData(mode) {
    const first = this.dataListeners.length === 0;
    const listener = (chunk) => {
      if (!first) return;
      this.scene.eventCount++;
      this.received += chunk.length;
      if (mode === 'join') this.chunks.push(chunk);
      if (mode === 'log' && !this.options.quiet && !this.skipped.has('data')) {
        this.log(`data ${show(chunk, this.scene.trace.marks)}`);
      }
      this.fire('data');
    };
    this.dataListeners.push(listener);
    return this.emitter.on('data', listener);
  }

  attachReadable() {
    this.emitter.on('readable', () => {
      this.happened('readable', []);
      this.fire('readable');
    });
  }

  detachData() {
    for (const listener of this.dataListeners.splice(0)) this.emitter.removeListener('data', listener);
    return this.emitter;
  }

  /** Runs `listener` at an event, behind what listens already. */
  listen(event, listener, once) {
    if (this.own[event]) this.own[event].push({ listener, once });
    else if (!this.emitter) this.early.push([event, listener, once]);
    else this.emitter[once ? 'once' : 'on'](event, listener);
  }

  fire(event) {
    for (const entry of [...this.own[event]]) {
      if (entry.once) this.own[event].splice(this.own[event].indexOf(entry), 1);
      entry.listener();
    }
  }

  /** What was received, for data=join. */
  get total() {
    if (this.chunks.some((chunk) => typeof chunk === 'string')) return this.chunks.join('');
    return this.emitter.readableEncoding && this.chunks.length === 0 ? '' : Buffer.concat(this.chunks);
  }

  /** Whether the end of the scenario waits for it to close. */
  isOpen() {
    if (this.kind !== 'socket' || this.options.quiet || !this.emitter || this.closed) return false;
    return this.connected || this.emitter.destroyed;
  }
}

module.exports = { Thing };
