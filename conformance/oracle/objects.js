// The objects of a running scenario: making them, naming connections, and clearing up.
'use strict';
const net = require('node:net');
const { valueOf } = require('./value.js');
const { Thing } = require('./watch.js');
const { Ports } = require('./ports.js');
const { Paths } = require('./paths.js');
const { makeResolver } = require('./resolver.js');
const { WATCH } = require('./words.js');

const LANGUAGE_OPTIONS = new Set([...WATCH, 'onread', 'onreadStop']);

/** Options that are the language's, by name. */
function watchOptions(options) {
  const watched = {};
  for (const [key, value] of options) if (LANGUAGE_OPTIONS.has(key)) watched[key] = valueOf(value);
  return watched;
}

/** The `onread` of Node for onread=N or onread=fn:N. */
function onreadOf(thing, { onread, onreadStop }) {
  const [, made, size] = /^(fn:)?(\d+)$/.exec(String(onread)) || [];
  if (size === undefined) return onread;
  let pieces = 0;
  const callback = (length, buffer) => {
    thing.scene.eventCount++;
    const piece = buffer.subarray(0, length);
    thing.log(`onread bytes[${length}]${length <= 24 ? `<${piece.toString('hex')}>` : ''}`);
    return ++pieces !== onreadStop;
  };
  const make = () => {
    thing.log('buffer');
    return Buffer.alloc(Number(size));
  };
  return { buffer: made ? make : Buffer.alloc(Number(size)), callback };
}

class Objects {
  constructor(scene) {
    this.scene = scene;
    this.things = new Map();
    this.strangers = []; // Connections without a name.
    this.unnamed = []; // Those who wait for the next connection, in order: { server, thing }.
    this.hidden = []; // Servers of `open`.
    this.ports = new Ports(scene.trace.marks);
    this.paths = new Paths(scene.trace.marks);
  }

  get(name) {
    if (name === 'net') return { name, kind: 'net', emitter: net };
    const thing = this.things.get(name);
    if (!thing) throw new Error(`"${name}" does not exist yet`);
    return thing;
  }

  /** An object that exists on Node's side as well. */
  live(name) {
    const thing = this.get(name);
    if (!thing.emitter) throw new Error(`"${name}" is not connected yet`);
    return thing;
  }

  add(name, thing) {
    if (this.things.has(name)) throw new Error(`"${name}" is made a second time`);
    this.things.set(name, thing);
    return thing;
  }

  /** Makes what a declaration says. @returns {object|undefined} what is waited for */
  make(statement) {
    const { name, type } = statement;
    switch (type) {
    case 'socket': return void this.makeSocket(name, statement.options);
    case 'server': return void this.makeServer(name, statement.options);
    case 'connection': return void this.makeConnection(statement);
    case 'accept': return void this.accept(name, this.live(statement.server), statement.options);
    case 'open': return { promise: this.open(statement) };
    default: return this.makeAid(name, type, this.optionsOf(statement.options));
    }
  }

  /** Makes what is no end of a connection. */
  makeAid(name, kind, options) {
    const makers = {
      signal: () => new AbortController(),
      resolver: () => makeResolver(this.scene, name, options),
      path: () => this.paths.make(name, options),
      port: () => this.ports.make(options),
    };
    const emitter = makers[kind]();
    this.add(name, { name, kind, emitter });
    return emitter.ready ? { promise: emitter.ready } : undefined;
  }

  /** Options for Node. */
  optionsOf(options, leaveOut = new Set()) {
    const made = {};
    for (const [key, value] of options || []) {
      if (!leaveOut.has(key)) made[key] = this.valueFor(key, value);
    }
    return made;
  }

  valueFor(key, value) {
    if (value.type !== 'object') return valueOf(value);
    const thing = this.get(value.name);
    const { kind, emitter } = thing;
    switch (kind) {
    case 'port': return emitter.port;
    case 'path': return emitter.path;
    case 'resolver': return emitter.lookup;
    case 'signal': return emitter.signal;
    default:
      if (key === 'handle') return emitter;
      return key === 'path' ? this.addressOf(thing) : this.addressOf(thing).port;
    }
  }

  /** Where a server listens, or did. */
  addressOf(server) {
    const address = server.emitter.address() ?? server.address;
    if (!address) throw new Error(`"${server.name}" never listened`);
    return address;
  }

  /** Where a name says to connect to. */
  whereOf(name) {
    const thing = this.live(name);
    const { kind, emitter } = thing;
    if (kind === 'path') return { path: emitter.path };
    if (kind === 'port') return { port: emitter.port, host: emitter.host };
    const address = this.addressOf(thing);
    if (typeof address === 'string') return { path: address };
    const host = ['::', '0.0.0.0'].includes(address.address) ? '127.0.0.1' : address.address;
    return { port: address.port, host };
  }

  makeSocket(name, options) {
    const thing = new Thing(this.scene, name, 'socket', watchOptions(options));
    const given = this.optionsOf(options, LANGUAGE_OPTIONS);
    if (options.has('onread')) given.onread = onreadOf(thing, thing.options);
    thing.watch(new net.Socket(given));
    return this.add(name, thing);
  }

  makeServer(name, options) {
    const thing = new Thing(this.scene, name, 'server', watchOptions(options));
    thing.watch(net.createServer(this.optionsOf(options, LANGUAGE_OPTIONS)));
    return this.add(name, thing);
  }

  makeConnection({ name, where, options, label, body }) {
    const thing = new Thing(this.scene, name, 'socket', watchOptions(options));
    const given = { ...(where ? this.whereOf(where) : {}),
      ...this.optionsOf(options, LANGUAGE_OPTIONS) };
    if (options.has('onread')) given.onread = onreadOf(thing, thing.options);
    const told = label === undefined ? [] : [() => {
      thing.log(label);
      if (body) this.scene.runTask(body);
    }];
    thing.watch(net.createConnection(given, ...told));
    thing.connected = true;
    return this.add(name, thing);
  }

  /* ---- Accepted sockets. ---- */

  accept(name, server, options) {
    const thing = new Thing(this.scene, name, 'socket', watchOptions(options));
    this.unnamed.push({ server, thing });
    return this.add(name, thing);
  }

  nameConnection(server, socket) {
    const next = this.unnamed.findIndex((entry) => entry.server === server);
    if (next < 0) {
      this.strangers.push(socket);
      socket.on('error', () => {});
      return;
    }
    const [{ thing }] = this.unnamed.splice(next, 1);
    thing.connected = true;
    thing.watch(socket);
    thing.fire('accepted');
  }

  /** A quiet server, a client and the accepted socket; resolves when both ends are told. */
  open({ client, conn, parts }) {
    const { scene } = this;
    const server = new Thing(scene, `${client} ${conn}`, 'server',
      { ...watchOptions(parts.server), quiet: true });
    server.watch(net.createServer(this.optionsOf(parts.server, LANGUAGE_OPTIONS)));
    this.hidden.push(server);
    const socket = this.makeSocket(client, parts.client);
    const accepted = this.accept(conn, server, parts.conn);
    server.emitter.listen(parts.ipc ? this.paths.fresh() : { port: 0, host: '127.0.0.1' });
    server.listen('listening', () => {
      const { address } = server;
      socket.connected = true;
      socket.emitter.connect(typeof address === 'string' ? { path: address } :
        { port: address.port, host: '127.0.0.1' });
    }, true);
    return scene.countdown(2, (done) => {
      accepted.listen('accepted', done, true);
      socket.listen('ready', done, true);
    });
  }

  /* ---- The end. ---- */

  everything() {
    return [...this.things.values(), ...this.hidden];
  }

  anyOpen() {
    return this.everything().some((thing) => thing instanceof Thing && thing.isOpen());
  }

  /** Destroys what is left. */
  async clear() {
    const things = this.everything().filter((thing) => thing.emitter);
    for (const { kind, emitter } of things) {
      if (kind === 'socket') emitter.destroy();
      if (kind === 'server') emitter.close(() => {});
    }
    for (const socket of this.strangers) socket.destroy();
    this.ports.clear();
    for (let turns = 0; turns < 2; turns++) await new Promise((resolve) => { setImmediate(resolve); });
    this.paths.clear();
  }
}

module.exports = { Objects };
