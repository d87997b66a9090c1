// Names in the file system and in the abstract name space, for local sockets.
'use strict';
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');

let abstracts = 0;

class Paths {
  constructor(marks) {
    this.marks = marks;
    this.directory = null;
    this.count = 0;
    this.before = null; // The working directory, if it was changed.
  }

  /** The temporary directory of the scenario, made when it is first wanted. */
  home() {
    if (!this.directory) {
      this.directory = fs.mkdtempSync(path.join(os.tmpdir(), 'wt-'));
      this.marks.addPath(this.directory, 'TMP');
    }
    return this.directory;
  }

  /** A path that no declaration uses. */
  fresh() {
    return path.join(this.home(), `.open-${++this.count}`);
  }

  /** @returns {{path: string, file: string, ready?: Promise}} */
  make(name, options) {
    if (options.abstract) return this.abstract(name);
    if (options.relative) return this.relative(name);
    const file = this.place(name, options);
    const made = { path: file, file };
    if (options.nul) made.path = `${file}\0b`;
    if (options.file) fs.writeFileSync(file, 'x');
    if (options.directory) fs.mkdirSync(file);
    if (options.stale) made.ready = this.stale(file);
    return made;
  }

  place(name, { length, missing }) {
    const home = this.home();
    if (length === undefined) {
      const file = path.join(home, ...(missing ? ['missing'] : []), name);
      this.marks.addPath(file, `TMP/${name}`);
      return file;
    }
    const letters = length - home.length - 1;
    if (letters < 1) throw new Error(`a path is longer than ${length} bytes`);
    const file = `${home}/${'a'.repeat(letters)}`;
    this.marks.addPath(file, `PATH${length}`);
    return file;
  }

  abstract(name) {
    const given = `\0weir-${process.pid}-${++abstracts}-${name}`;
    this.marks.addPath(given, 'ABSTRACT');
    return { path: given, file: given };
  }

  relative(name) {
    this.before ||= process.cwd();
    process.chdir(this.home());
    return { path: `./${name}`, file: path.join(this.home(), name) };
  }

  /** Leaves a socket behind on which nobody listens: closing unlinks another name than it has. */
  async stale(file) {
    const server = net.createServer();
    const first = `${file}.first`;
    await new Promise((resolve) => { server.listen(first, resolve); });
    fs.renameSync(first, file);
    await new Promise((resolve) => { server.close(resolve); });
  }

  clear() {
    if (this.before) process.chdir(this.before);
    if (this.directory) fs.rmSync(this.directory, { recursive: true, force: true });
  }
}

/** What lies at a path. */
function kindOf(file) {
  try {
    const status = fs.lstatSync(file);
    if (status.isSocket()) return 'socket';
    if (status.isFile()) return 'file';
    return status.isDirectory() ? 'directory' : 'other';
  } catch (error) {
    return error.code;
  }
}

const modeOf = (file) => `0${(fs.statSync(file).mode & 0o777).toString(8)}`;

module.exports = { Paths, kindOf, modeOf };
