// Ports on which nobody listens, and ports whose handshakes never complete.
'use strict';
const net = require('node:net');
const { spawn } = require('node:child_process');
const { TCP, constants } = process.binding('tcp_wrap');

/**
 * A child that is stopped while its queue of connections is full: Linux answers no further ones.
 * It says its port first.
 */
const HOLE = `const server = require('node:net').createServer();
  server.listen({ port: 0, host: process.argv[1], backlog: 1 }, () => {
    console.log(server.address().port);
    setTimeout(() => process.kill(process.pid, 'SIGSTOP'), 0);
  });`;
const HOLE_FILL = 3;
const HOLE_DELAY_MS = 60;

const delay = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

class Ports {
  constructor(marks) {
    this.marks = marks;
    this.held = [];
    this.children = [];
    this.fillers = [];
  }

  make({ host = '127.0.0.1', hole }) {
    return hole ? this.hole(host) : this.dead(host);
  }

  /** A bound socket that does not listen: the port stays refused and nobody else gets it. */
  dead(host) {
    const handle = new TCP(constants.SERVER);
    const error = net.isIPv6(host) ? handle.bind6(host, 0, 0) : handle.bind(host, 0);
    const name = {};
    if (error || handle.getsockname(name)) throw new Error(`no port of ${host} is to be had`);
    this.held.push(handle);
    this.marks.addPort(name.port, 'DEAD');
    return { port: name.port, host };
  }

  hole(host) {
    const made = { port: 0, host };
    made.ready = this.digHole(made);
    return made;
  }

  async digHole(made) {
    const child = spawn(process.execPath, ['-e', HOLE, made.host],
      { stdio: ['ignore', 'pipe', 'inherit'] });
    this.children.push(child);
    const said = await new Promise((resolve) => { child.stdout.once('data', resolve); });
    made.port = Number(String(said));
    this.marks.addPort(made.port, 'HOLE');
    await delay(HOLE_DELAY_MS);
    for (let i = 0; i < HOLE_FILL; i++) {
      this.fillers.push(net.connect(made.port, made.host).on('error', () => {}));
    }
    await delay(HOLE_DELAY_MS);
  }

  clear() {
    for (const handle of this.held.splice(0)) handle.close();
    for (const socket of this.fillers.splice(0)) socket.destroy();
    for (const child of this.children.splice(0)) child.kill('SIGKILL');
  }
}

module.exports = { Ports };
