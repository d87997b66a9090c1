// What a generated connection does beside its cell: who reads and how, what is written in which
// encoding, options, settings, pipes, signals, a second connection. A connection has none of it, or
// some of it, picked once and in advance.
'use strict';

const ENCODINGS = ['utf8', 'UTF-8', 'utf16le', 'ucs2', 'latin1', 'binary', 'ascii', 'base64',
  'base64url', 'hex', 'Hex'];
/** Pieces that cut characters and units of every encoding somewhere. */
const PIECES = ['"text"', '"\\u00e9\\u20ac\\ud83d\\ude00"', 'hex:61e2', 'hex:82ac62', 'hex:e282',
  'hex:ac', 'hex:f09f', 'hex:9880', 'hex:fb', 'hex:ff00fe', 'hex:6100c3', 'hex:c3a9c3'];
/** Text, and what becomes of it depends on the encoding. */
const TEXTS = ['"a"', '"6869"', '"6869zz"', '"aGk="', '"aG!k"', '"-_8"', '"\\u00e9\\u20ac"',
  '"\\ud83d\\ude00"', '""'];
const MARKS = [0, 1, 3, 100, 16383, 16384, 100000];
/** States in which the peer must not take what is under way. */
const BIG = ['flushing', 'auto-ended'];
/** Nothing is looked at for so long. */
const LONG = [60000, 3600000];

/** Properties that are the same on both sides whatever was done. */
const STEADY = ['connecting', 'pending', 'closed', 'isPaused', 'readableFlowing',
  'allowHalfOpen', 'timeout', 'writableHighWaterMark', 'readableHighWaterMark', 'readableEncoding',
  'localFamily', 'localAddress', 'localPort', 'address'];

class Features {
  constructor(random, cell, hasPeer) {
    Object.assign(this, { random, cell, hasPeer });
    this.isBig = BIG.includes(cell.state);
    this.plain = random.chance(0.4);
    /** Of each end, by what it is. */
    this.own = { reads: 'join' };
    this.peer = { reads: 'join' };
    const some = (probability) => !this.plain && random.chance(probability);
    /** Texts count differently until they are encoded (D30), so nothing that counts is shown. */
    this.wide = some(0.25);
    this.pipe = hasPeer && !this.isBig && some(0.12) ? random.pick(['echo', 'into']) : null;
    this.signal = some(0.15);
    this.settings = some(0.5);
    this.side = !this.isBig && some(0.06) ? random.pick(['readable', 'writable']) : null;
    // In Node a FIN goes before the close of destroySoon(), in weir the close is the FIN. If bytes
    // were left unread then, who does not read himself is told EPIPE in Node, else ECONNRESET.
    const resets = cell.call === 'destroySoon' && cell.peer === 'data';
    if (resets) this.side = null;
    this.pauseOnConnect = !resets && some(0.08);
    if (some(0.6)) this.own = this.reader(false);
    if (some(0.6)) this.peer = this.reader(this.isBig);
    // In Node resume() reads into the memory of onread what may not be read.
    for (const end of [this.own, this.peer]) {
      if (this.side === 'readable' && end.reads === 'onread') end.reads = 'log';
    }
    if (this.pipe === 'echo') {
      this.peer = { reads: 'none' };
      // In how many pieces an echo and what is sent besides come is chance.
      this.own.reads = random.pick(['join', 'count']);
    }
    if (this.pipe === 'into') this.own = { reads: 'none' };
    this.again = some(0.25) && this.mayConnectAgain() ? random.pick(['inside', 'later']) : null;
  }

  /**
   * Node takes over into the next connection what was buffered, queued or corked, half a
   * character, that a drain is owed, callbacks of end(), what destroySoon() waits for, pipes and a
   * read() that waits for the connection. weir begins anew, so none of it may be left.
   */
  mayConnectAgain() {
    const flows = ({ reads, encoding }) => !encoding &&
      ['join', 'log', 'count', 'onread'].includes(reads);
    const { state, call } = this.cell;
    return ['open', 'half-open', 'fresh'].includes(state) &&
      !['cork', 'flow', 'destroySoon'].includes(call) && !this.pipe && !this.side &&
      flows(this.own) && flows(this.peer);
  }

  /** How an end reads. @param {boolean} much whether a lot comes, in pieces as chance wants it */
  reader(much) {
    const { random } = this;
    const reads = random.pick(much ? ['join', 'count'] :
      ['join', 'join', 'log', 'log', 'count', 'none', 'readable', 'readable', 'onread']);
    const encoding = reads !== 'onread' && random.chance(0.4) ? random.pick(ENCODINGS) : null;
    return { reads, encoding };
  }
}

module.exports = { Features, ENCODINGS, PIECES, TEXTS, MARKS, LONG, STEADY };
