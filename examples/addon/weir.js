// Node's `net` on weir, as far as an example goes: the same names, the same events.
//
//   const weir = require('./weir.js');
//   const server = weir.createServer((socket) => socket.on('data', (bytes) => socket.end(bytes)));
//   server.listen({ port: 0, host: '127.0.0.1' }, () => weir.connect(server.address()));
'use strict';

const { EventEmitter } = require('node:events');
const native = require('./addon.node');

const bytesOf = (data) => (typeof data === 'string' ? Buffer.from(data) : data);

class Socket extends EventEmitter {
  // Bytes are handed on from the first listener on, as in Node.
  on(event, listener) {
    super.on(event, listener);
    if (event === 'data') native.flow(this);
    return this;
  }
  addListener(event, listener) {
    return this.on(event, listener);
  }
  write(data, callback) {
    return native.write(this, bytesOf(data), callback);
  }
  end(data, callback) {
    if (typeof data === 'function') return this.end(undefined, data);
    native.end(this, bytesOf(data), callback);
    return this;
  }
  pause() {
    native.pause(this);
    return this;
  }
  resume() {
    native.resume(this);
    return this;
  }
  destroy(error) {
    native.destroy(this, error);
    return this;
  }
  ref() {
    native.refSocket(this);
    return this;
  }
  unref() {
    native.unrefSocket(this);
    return this;
  }
}

class Server extends EventEmitter {
  listen(options, callback) {
    if (callback) this.once('listening', callback);
    native.listen(this, options);
    return this;
  }
  address() {
    return native.address(this);
  }
  close(callback) {
    native.closeServer(this, callback);
    return this;
  }
  ref() {
    native.refServer(this);
    return this;
  }
  unref() {
    native.unrefServer(this);
    return this;
  }
}

function createServer(options, onConnection) {
  if (typeof options === 'function') return createServer({}, options);
  const server = new Server();
  native.createServer(server, options);
  if (onConnection) server.on('connection', onConnection);
  return server;
}

function connect(options, callback) {
  const socket = new Socket();
  native.connect(socket, options);
  if (callback) socket.once('connect', callback);
  return socket;
}

native.begin(Socket);
module.exports = { createServer, connect };
