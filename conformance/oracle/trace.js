// The lines of one scenario, and the names that stand for what differs from run to run.
'use strict';

/** Names of ports and paths. */
class Marks {
  constructor() {
    this.ports = new Map();
    this.paths = [];
  }

  addPort(port, label) {
    if (!this.ports.has(port)) this.ports.set(port, label);
  }

  addPath(path, label) {
    this.paths.push([path, label]);
    this.paths.sort((a, b) => b[0].length - a[0].length);
  }

  /** A port that the system may have chosen. */
  port(port) {
    if (typeof port !== 'number') return String(port);
    return this.ports.get(port) ?? 'EPHEMERAL';
  }

  /** A port that the scenario gave. */
  given(port) {
    return this.ports.get(port) ?? port;
  }

  /** The message of an error, or an address with its port. */
  inMessage(message) {
    return this.inLine(message).replace(/Local \((.*):(\d+)\)/, (all, address, port) =>
      `Local (${address}:${this.port(Number(port))})`)
      .replace(/:(\d+)(?!\d)/g, (all, port) => `:${this.given(Number(port))}`);
  }

  inLine(line) {
    for (const [path, label] of this.paths) {
      if (line.includes(path)) line = line.split(path).join(label);
    }
    return line;
  }
}

class Trace {
  constructor() {
    this.lines = [];
    this.marks = new Marks();
    this.ended = false;
  }

  log(name, text) {
    if (!this.ended) this.lines.push([name, text]);
  }

  /** The lines, by object in the order in which objects first appear, or as they happened. */
  render(global) {
    const names = [...new Set(this.lines.map(([name]) => name))];
    const ordered = global ? this.lines :
      names.flatMap((name) => this.lines.filter((line) => line[0] === name));
    return ordered.map(([name, text]) => this.marks.inLine(`${name}: ${text}`));
  }
}

module.exports = { Trace };
