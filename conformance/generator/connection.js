// One generated connection: it is brought into a state, then comes a call in it, what the peer does,
// and looks at both ends.
'use strict';
const { Features, ENCODINGS, PIECES, TEXTS, MARKS, LONG, STEADY } = require('./features.js');

const BIG = 'zeros:6291456'; // More than the system's buffers of a connection take.
const MARKS_PLAIN = [1, 100, 16383, 100000];
const SMALL = ['"a"', '"bc"', 'hex:00ff', 'zeros:100'];
const AT_MARKS = ['zeros:16383', 'zeros:16384', 'zeros:16385', 'zeros:65536'];
const LOOKS = ['readyState', 'destroyed', 'readable', 'writable', 'writableEnded',
  'writableFinished', 'readableEnded', 'errored'];

/** Node ends itself when it gathers hexadecimal text of an odd length. */
const NOT_HEX = ENCODINGS.filter((name) => !/hex/i.test(name));
const encodingsOf = (text) => (JSON.parse(text).length % 2 === 0 ? ENCODINGS : NOT_HEX);

/** One connection and what is done with it. */
class Connection {
  constructor(random, number, cell) {
    Object.assign(this, { random, number, cell });
    this.own = `c${number}`;
    this.peer = `s${number}`;
    this.lines = [];
    this.heads = [];
    this.labels = 0;
    // The subject is the client or the accepted socket.
    if (this.hasPeer() && random.chance(0.5)) [this.own, this.peer] = [this.peer, this.own];
    this.features = new Features(random, cell, this.hasPeer());
    // An accepted socket takes no options.
    for (const name of [this.own, this.peer]) {
      const end = this.end(name);
      if (end.reads === 'onread' && name[0] === 's') end.reads = 'join';
    }
  }

  hasPeer() {
    return !['fresh', 'connecting', 'refused', 'destroyed'].includes(this.cell.state);
  }

  say(line) {
    this.lines.push(line);
  }

  /** How much read() wants: not what is there but above the mark, as that raises the mark (D60). */
  wanted() {
    return this.marked ? 200000 : this.random.pick([1, 2, 4, 99, 200000]);
  }

  /** A callback of what has none in a plain connection. */
  told() {
    return this.features.plain ? '' : this.label('written');
  }

  label(what) {
    return ` -> ${what}${++this.labels}`;
  }

  /** What is generated of an end. */
  end(name) {
    return name === this.own ? this.features.own : this.features.peer;
  }

  other(name) {
    return name === this.own ? this.peer : this.own;
  }

  look(name) {
    const { random, features } = this;
    const shown = [...LOOKS];
    if (!features.plain) {
      // Node pauses a source whose last target goes, also a destroyed one, whose pipes weir forgot.
      const pipes = features.pipe && name === (features.pipe === 'echo' ? this.peer : this.own);
      const more = STEADY.filter((p) => !pipes || !['isPaused', 'readableFlowing'].includes(p));
      // How much of a lot has come is chance, and what is text counts in characters.
      // What a fresh socket had corked counts until its failure is told; in Node no longer.
      const counts = !features.wide && !(this.cell.state === 'fresh' && this.cell.call === 'cork') &&
        !this.end(this.other(name)).encoding; // To that end go pieces of text.
      if (counts) more.push('bytesWritten', 'writableLength', 'bufferSize', 'writableNeedDrain');
      if (!features.isBig) more.push('bytesRead');
      if (!features.isBig && !this.end(name).encoding) more.push('readableLength');
      for (let i = 0; i < 4; i++) shown.push(random.pick(more));
    }
    this.say(`show ${[...new Set(shown)].map((p) => `${name}.${p}`).join(' ')}`);
  }

  /** What an end has received in all, where chance does not decide how much that is. */
  lookAtData(name) {
    const { reads } = this.end(name);
    if (this.features.isBig && name === this.peer) return;
    if (reads === 'join') this.say(`show ${name}.total`);
    if (reads === 'count' && !this.end(name).encoding) this.say(`show ${name}.received`);
  }

  /** The options of a client; `part` stands before each. */
  clientOptions(name, part) {
    const { random, features } = this;
    const { reads } = this.end(name);
    const options = [reads === 'onread' ?
      `onread=${random.pick(['', 'fn:'])}${random.pick([1, 4, 100, 65536])}` : `data=${reads}`];
    if (reads === 'onread' && random.chance(0.4)) options.push(`onreadStop=${random.pick([1, 2])}`);
    if (features.signal) options.push(`signal=a${this.number}`);
    if (features.side) options.push(`${features.side}=false`);
    const settings = features.settings && random.chance(0.3);
    if (settings) options.push(random.pick(['noDelay', 'keepAlive']));
    return options.map((option) => part + option);
  }

  /** What comes before a client: what its options and its reactions speak of. */
  prepare() {
    const { number, features } = this;
    if (features.signal) this.say(`signal a${number}`);
    if (!features.again) return;
    this.say(`server r${number} quiet`);
    this.say(`accept b${number} from r${number} data=join`);
    this.say(`r${number}.listen port=0 host=127.0.0.1`);
    this.say(`wait r${number}.listening`);
  }

  /** What is said of an end before anything happens to it. */
  begin(name) {
    const { random, features } = this;
    const { reads, encoding } = this.end(name);
    if (encoding) this.say(`${name}.setEncoding ${encoding}`);
    if (reads === 'readable' && random.chance(0.85)) {
      this.say(`on ${name}.readable`);
      // read() behind it, as what takes exactly the last bytes is D60. Text counts in bytes (D30).
      if (!encoding && random.chance(0.4)) this.say(`  show ${name}.read ${this.wanted()}`);
      this.say(`  show ${name}.read`);
    }
    if (features.again === 'inside' && name[0] === 'c') {
      this.say(`once ${name}.close`);
      this.say(`  ${name}.connect r${this.number}${this.label('connected')}`);
      if (random.chance(0.4)) this.say(`  show ${name}.write "again"${this.label('written')}`);
    }
  }

  /**
   * Options that keep the peer from ending by itself, and the subject too where the state wants it.
   */
  open() {
    const { random, features } = this;
    const { state } = this.cell;
    const client = `c${this.number}`;
    const accepted = `s${this.number}`;
    const own = this.own === client ? 'client' : 'conn';
    const options = [...this.clientOptions(client, 'client.'),
      `conn.data=${this.end(accepted).reads}`];
    const halfOpen = (end) => options.push(end === 'client' ? 'client.allowHalfOpen' :
      'server.allowHalfOpen');
    const other = own === 'client' ? 'conn' : 'client';
    if (['finished', 'auto-ended', 'flushing'].includes(state)) halfOpen(other);
    else if (random.chance(0.3)) halfOpen(other);
    if (state === 'half-open') halfOpen(own);
    else if (state !== 'auto-ended' && random.chance(0.3)) halfOpen(own);
    let marks = ['client.highWaterMark', 'server.highWaterMark'];
    if (!features.plain) marks.push('client.readableHighWaterMark', 'client.writableHighWaterMark');
    if (features.wide || features.again) marks = [];
    // With 0, Node forgets the drain of a write without callback (D63), as a pipe's are.
    // Who reads for himself needs two read() calls there in Node, where weir goes on after one.
    const pulls = (name) => ['none', 'readable'].includes(this.end(name).reads);
    for (const mark of marks) {
      if (!random.chance(0.15)) continue;
      const end = mark.startsWith('client') ? client : accepted;
      if (this.end(end).encoding) continue; // What is kept counts in characters (D30).
      const values = features.plain || features.pipe || pulls(end) ? MARKS_PLAIN : MARKS;
      options.push(`${mark}=${random.pick(values)}`);
    }
    this.marked = options.some((option) => /Mark=[013]$/.test(option));
    if (features.pauseOnConnect) options.push('server.pauseOnConnect');
    // What a local socket never read resets its peer, which is D43 in many shapes.
    if (this.cell.peer !== 'reset' && this.cell.call !== 'resetAndDestroy' &&
        features.side !== 'readable' && random.chance(0.25)) {
      options.push('ipc');
      // What the peer sends is never read.
      if (this.cell.call === 'destroySoon' && this.cell.peer !== 'nothing') {
        this.heads.push('not windows a pipe resets nobody');
      }
    }
    // Else Nagle's algorithm holds a small write back for as long as its receiver may wait with an
    // acknowledgement, which is longer than `quiet` waits.
    for (const end of ['client', 'server']) {
      if (!options.includes(`${end}.noDelay`)) options.push(`${end}.noDelay`);
    }
    this.say(`open ${client} ${accepted} ${options.join(' ')}`);
    this.begin(client);
    this.begin(accepted);
    if (features.pipe === 'echo') this.say(`${this.peer}.pipe ${this.peer}`);
    if (features.pipe === 'into') {
      this.say(`open t${this.number} u${this.number} client.data=none conn.data=join`);
      this.say(`${this.own}.pipe t${this.number}`);
    }
  }

  /** A socket without a peer that does anything. */
  socket() {
    this.say(`socket ${this.own} ${this.clientOptions(this.own, '').join(' ')}`);
    this.begin(this.own);
  }

  /** Brings the subject into the state of the cell. */
  reach() {
    const { own, peer } = this;
    switch (this.cell.state) {
    case 'fresh':
    case 'destroyed':
      this.socket();
      if (this.cell.state === 'destroyed') {
        this.say(`${own}.destroy${this.random.chance(0.5) ? ' "gone"' : ''}`);
        if (this.random.chance(0.5)) this.say('wait quiet');
      }
      return;
    case 'connecting':
      this.say(`server srv${this.number} quiet`);
      this.say(`srv${this.number}.listen port=0 host=127.0.0.1`);
      this.say(`wait srv${this.number}.listening`);
      this.socket();
      this.say(`${own}.connect srv${this.number}${this.label('connected')}`);
      return;
    case 'refused':
      this.say(`port d${this.number} dead`);
      this.socket();
      this.say(`${own}.connect port=d${this.number} host=127.0.0.1${this.label('connected')}`);
      return;
    default:
      this.open();
    }
    switch (this.cell.state) {
    case 'flushing':
      this.say(`${peer}.pause`);
      this.say(`${own}.write ${BIG}${this.label('written')}`);
      this.say(`${own}.end${this.label('ended')}`);
      if (this.random.chance(0.5)) this.say('wait quiet');
      return;
    case 'ending':
      this.say(`${own}.end${this.label('ended')}`);
      return;
    case 'finished':
      this.say(`${own}.end${this.label('ended')}`);
      this.say('wait quiet');
      return;
    case 'half-open':
      this.say(`${peer}.end`);
      this.say('wait quiet');
      return;
    case 'auto-ended':
      this.say(`${peer}.pause`);
      this.say(`${own}.write ${BIG}${this.label('written')}`);
      this.say(`${peer}.end`);
      this.say('wait quiet');
      return;
    case 'paused':
      this.say(`${own}.pause`);
      this.say(`${peer}.write "held"${this.told()}`);
      this.say('wait quiet');
      return;
    default:
    }
  }

  /** A chunk, and its encoding if it is text that has one. */
  chunk(name) {
    const { random, features } = this;
    if (features.wide && random.chance(0.6)) {
      const text = random.pick(TEXTS);
      return random.chance(0.7) ? `${text} ${random.pick(encodingsOf(text))}` : text;
    }
    // How a lot is cut into pieces is chance.
    if (features.again) return random.pick(SMALL); // No drain may be left over.
    const { reads } = this.end(this.other(name));
    const whole = features.plain || ['join', 'count', 'none'].includes(reads);
    return random.pick(whole && random.chance(0.5) ? AT_MARKS : SMALL);
  }

  call(name, call) {
    const { random } = this;
    switch (call) {
    case 'write':
      this.say(`show ${name}.write ${this.chunk(name)}${this.label('written')}`);
      return;
    case 'end':
      this.say(`${name}.end${random.chance(0.5) ? ` ${this.chunk(name)}` : ''}` +
        this.label('ended'));
      return;
    case 'destroy':
      if (this.features.signal && name[0] === 'c' && random.chance(0.5)) {
        this.say(`a${this.number}.abort`);
        return;
      }
      this.say(`${name}.destroy${random.chance(0.5) ? ' "mine"' : ''}`);
      return;
    case 'flow':
      this.say(`${name}.${random.pick(['pause', 'resume'])}`);
      return;
    case 'cork':
      this.say(`${name}.cork`);
      this.say(`show ${name}.write "co"${this.label('written')}`);
      this.say(`show ${name}.write "rk"${this.label('written')}`);
      if (random.chance(0.7)) this.say(`${name}.uncork`);
      return;
    case 'read':
      // All of it, as what takes exactly the last bytes is D60. Text counts in bytes (D30).
      if (!this.end(name).encoding && random.chance(0.3)) {
        this.say(`show ${name}.read ${this.wanted()}`);
      }
      this.say(`show ${name}.read`);
      return;
    case 'piece':
      this.say(`show ${name}.write ${random.pick(PIECES)}${this.label('written')}`);
      return;
    case 'setting':
      this.say(this.setting(name));
      return;
    default:
      this.say(`${name}.${call}`);
    }
  }

  /** Something that is set and changes nothing that anybody sees, or shows what it returned. */
  setting(name) {
    const { random } = this;
    const flag = random.pick(['', ' true', ' false']);
    const label = random.chance(0.5) ? ` -> idle${random.pick([1, 2])}` : '';
    return random.pick([
      () => `show ${name}.setTimeout ${random.pick(LONG)}${label}`,
      () => `show ${name}.setTimeout ${random.pick([...LONG, 0])}${label}`,
      () => `show ${name}.setNoDelay${flag}`,
      () => `show ${name}.setKeepAlive${flag}${flag && random.chance(0.5) ? ' 2000' : ''}`,
      () => `show ${name}.${random.pick(['ref', 'unref'])}`,
      () => `${name}.uncork`,
      () => `${name}.set allowHalfOpen ${random.chance(0.5)}`,
      () => (this.features.wide ? `show ${name}.setDefaultEncoding ${random.pick(NOT_HEX)}` :
        `show ${name}.address`),
    ])();
  }

  /** What may be done with an end besides the cell's call. */
  calls(name) {
    const { features, cell } = this;
    // An end() of a fresh socket is D39.
    const calls = ['write', cell.state === 'fresh' ? 'flow' : 'end', 'destroy', 'flow'];
    if (features.plain) return calls;
    if (features.again) calls.splice(0, calls.length, 'write', 'destroy'); // Nothing is left over.
    const { reads } = this.end(name);
    if (features.settings) calls.push('setting', 'setting', 'setting');
    // read() of what is piped hands it on inside the call (D1).
    // If nothing was read yet a reset may lie behind it, which Node takes for an end (D43).
    const late = features.pauseOnConnect && name[0] === 's';
    if (['none', 'readable'].includes(reads) && !features.pipe && !late) calls.push('read', 'read');
    const decoded = this.hasPeer() && this.end(this.other(name)).encoding;
    if (decoded) calls.push('piece', 'piece', 'piece');
    return calls;
  }

  peerActs() {
    if (!this.hasPeer()) return;
    const { peer } = this;
    if (this.cell.peer === 'data') {
      const piece = this.features.own.encoding ? this.random.pick(PIECES) : '"from the peer"';
      this.say(`${peer}.write ${piece}${this.told()}`);
    }
    if (this.cell.peer === 'end') this.say(`${peer}.end "last"`);
    if (this.cell.peer === 'reset') this.say(`${peer}.resetAndDestroy`);
  }

  /** Both ends go, and what the client connects to again. */
  finish() {
    const { number, features } = this;
    const client = `c${number}`;
    const peers = this.hasPeer() ? [this.peer] : [];
    for (const name of [this.own, ...peers]) if (!features.plain) this.lookAtData(name);
    for (const name of [this.own, ...peers]) this.say(`${name}.destroy`);
    if (features.pipe === 'into') {
      this.say(`show u${number}.total`);
      this.say(`t${number}.destroy`);
      this.say(`u${number}.destroy`);
    }
    this.say('wait quiet');
    if (!features.again) return;
    if (features.again === 'later') {
      this.say(`${client}.connect r${number}${this.label('connected')}`);
      if (this.random.chance(0.5)) this.call(client, 'write');
      this.say('wait quiet');
    }
    this.say(`b${number}.write "here"`);
    this.say('wait quiet');
    this.look(client);
    this.say(`${client}.${this.random.pick(['end', 'destroy', 'resetAndDestroy'])}`);
    this.say('wait quiet');
    this.look(client);
    this.say(`show b${number}.total`);
    this.say(`${client}.destroy`);
    this.say(`b${number}.destroy`);
    this.say('wait quiet');
  }

  build() {
    const { random, features } = this;
    this.prepare();
    this.reach();
    if (features.settings && random.chance(0.5)) this.call(this.own, 'setting');
    this.call(this.own, this.cell.call);
    if (random.chance(0.3)) this.look(this.own);
    this.peerActs();
    this.say('wait quiet');
    this.look(this.own);
    if (this.hasPeer()) this.look(this.peer);
    for (let more = random.below(features.plain ? 3 : 5); more > 0; more--) {
      const name = !features.plain && this.hasPeer() && random.chance(0.4) ? this.peer : this.own;
      this.call(name, random.pick(this.calls(name)));
      this.say('wait quiet');
    }
    this.look(this.own);
    this.finish();
    return this.lines;
  }
}

module.exports = { Connection };
