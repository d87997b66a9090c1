// One generated scenario: some connections, each brought into a state, a call in it, what the peer
// does, then looks at both ends. All of it is deterministic for each object by construction: what
// happens within one turn is done by one task, and between turns the scenario waits until it is
// quiet.
'use strict';

const BIG = 'zeros:6291456'; // More than the system's buffers of a connection take.
const SMALL = ['"a"', '"bc"', 'hex:00ff', 'zeros:100'];
const MARKS = ['zeros:16383', 'zeros:16384', 'zeros:16385', 'zeros:65536'];
const MARKS_GIVEN = [1, 100, 16383, 100000];
const LOOKS = 'readyState destroyed readable writable writableEnded writableFinished readableEnded errored';

const indent = (line) => `  ${line}`;

/** One connection and what is done with it. */
class Connection {
  constructor(random, number, cell) {
    Object.assign(this, { random, number, cell });
    this.own = `c${number}`;
    this.peer = `s${number}`;
    this.lines = [];
    this.labels = 0;
    this.big = false;
    // The subject is the client or the accepted socket.
    if (this.hasPeer() && random.chance(0.5)) [this.own, this.peer] = [this.peer, this.own];
  }

  hasPeer() {
    return !['fresh', 'connecting', 'refused', 'destroyed'].includes(this.cell.state);
  }

  say(line) {
    this.lines.push(line);
  }

  label(what) {
    return ` -> ${what}${++this.labels}`;
  }

  look(name) {
    this.say(`show ${LOOKS.split(' ').map((p) => `${name}.${p}`).join(' ')}`);
  }

  /** Options that keep the peer from ending by itself, and the subject too where the state wants it. */
  open() {
    const { state } = this.cell;
    const own = this.own[0] === 'c' ? 'client' : 'conn';
    const options = ['client.data=join', 'conn.data=join'];
    const halfOpen = (end) => options.push(end === 'client' ? 'client.allowHalfOpen' :
      'server.allowHalfOpen');
    const other = own === 'client' ? 'conn' : 'client';
    if (['finished', 'auto-ended', 'flushing'].includes(state)) halfOpen(other);
    else if (this.random.chance(0.3)) halfOpen(other);
    if (state === 'half-open') halfOpen(own);
    else if (state !== 'auto-ended' && this.random.chance(0.3)) halfOpen(own);
    for (const end of ['client', 'server']) {
      if (this.random.chance(0.2)) options.push(`${end}.highWaterMark=${this.random.pick(MARKS_GIVEN)}`);
    }
    if (this.cell.peer !== 'reset' && this.cell.call !== 'resetAndDestroy' &&
        this.random.chance(0.25)) options.push('ipc');
    this.say(`open c${this.number} s${this.number} ${options.join(' ')}`);
  }

  /** Brings the subject into the state of the cell. */
  reach() {
    const { own, peer } = this;
    switch (this.cell.state) {
    case 'fresh':
    case 'destroyed':
      this.say(`socket ${own} data=join`);
      if (this.cell.state === 'destroyed') {
        this.say(`${own}.destroy${this.random.chance(0.5) ? ' "gone"' : ''}`);
        if (this.random.chance(0.5)) this.say('wait quiet');
      }
      return;
    case 'connecting':
      this.say(`server srv${this.number} quiet`);
      this.say(`srv${this.number}.listen port=0 host=127.0.0.1`);
      this.say(`wait srv${this.number}.listening`);
      this.say(`socket ${own} data=join`);
      this.say(`${own}.connect srv${this.number}${this.label('connected')}`);
      return;
    case 'refused':
      this.say(`port d${this.number} dead`);
      this.say(`socket ${own} data=join`);
      this.say(`${own}.connect port=d${this.number} host=127.0.0.1${this.label('connected')}`);
      return;
    default:
      this.open();
    }
    switch (this.cell.state) {
    case 'flushing':
      this.say(`${peer}.pause`);
      this.big = true;
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
      this.big = true;
      this.say(`${own}.write ${BIG}${this.label('written')}`);
      this.say(`${peer}.end`);
      this.say('wait quiet');
      return;
    case 'paused':
      this.say(`${own}.pause`);
      this.say(`${peer}.write "held"`);
      this.say('wait quiet');
      return;
    default:
    }
  }

  call(name, call) {
    const { random } = this;
    switch (call) {
    case 'write':
      this.say(`show ${name}.write ${random.pick(random.chance(0.5) ? SMALL : MARKS)}` +
        this.label('written'));
      return;
    case 'end':
      this.say(`${name}.end${random.chance(0.5) ? ` ${random.pick(SMALL)}` : ''}` +
        this.label('ended'));
      return;
    case 'destroy':
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
    default:
      this.say(`${name}.${call}`);
    }
  }

  peerActs() {
    if (!this.hasPeer()) return;
    const { peer } = this;
    if (this.cell.peer === 'data') this.say(`${peer}.write "from the peer"`);
    if (this.cell.peer === 'end') this.say(`${peer}.end "last"`);
    if (this.cell.peer === 'reset') this.say(`${peer}.resetAndDestroy`);
  }

  build() {
    this.reach();
    this.call(this.own, this.cell.call);
    if (this.random.chance(0.3)) this.look(this.own);
    this.peerActs();
    this.say('wait quiet');
    this.look(this.own);
    if (this.hasPeer()) this.look(this.peer);
    for (let more = this.random.below(3); more > 0; more--) {
      // An end() of a fresh socket is D39.
      const fresh = this.cell.state === 'fresh';
      this.call(this.own, this.random.pick(['write', fresh ? 'flow' : 'end', 'destroy', 'flow']));
      this.say('wait quiet');
    }
    this.look(this.own);
    this.say(`${this.own}.destroy`);
    if (this.hasPeer()) this.say(`${this.peer}.destroy`);
    this.say('wait quiet');
    return this.lines;
  }
}

/** The text of a scenario with so many connections. */
function makeScenario(random, cells, title, connections) {
  // The peer acts in the same turn, and what it sends is there at once.
  const lines = [`scenario ${title}`, indent('loopback')];
  for (let i = 1; i <= connections; i++) {
    const cell = cells.take();
    lines.push(indent(`# ${cell.state}, ${cell.call}, ${cell.peer}`));
    lines.push(...new Connection(random, i, cell).build().map(indent));
  }
  return `${lines.join('\n')}\n`;
}

module.exports = { makeScenario };
