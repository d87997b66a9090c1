// The words of the scenario language: kinds of objects, their options, calls, properties and events.
'use strict';

const set = (text) => new Set(text.split(/\s+/));

/** What is watched of a socket or server. */
const WATCH = set('quiet skip data');
const DATA_MODES = set('log none count join readable');

const SOCKET_OPTIONS = set(`allowHalfOpen highWaterMark readableHighWaterMark writableHighWaterMark
  readable writable objectMode readableObjectMode writableObjectMode fd signal noDelay keepAlive
  keepAliveInitialDelay onread onreadStop`);
const CONNECT_OPTIONS = set(`port host path localAddress localPort family hints lookup timeout
  autoSelectFamily autoSelectFamilyAttemptTimeout signal noDelay keepAlive keepAliveInitialDelay
  allowHalfOpen onread fd`);
const SERVER_OPTIONS = set(`allowHalfOpen pauseOnConnect highWaterMark noDelay keepAlive
  keepAliveInitialDelay`);
const LISTEN_OPTIONS = set(`port host path backlog ipv6Only exclusive readableAll writableAll signal
  handle fd`);

/** Kinds of objects whose names stand for a value, by the key of the option. */
const REFERENCES = { port: ['server', 'port'], localPort: ['server', 'port'],
  path: ['path', 'server'], lookup: ['resolver'], signal: ['signal'], handle: ['server'] };

/**
 * A call: from least to most values; `words`: values may be bare words; `text`: they are text;
 * `options`: takes options instead; `objects`: its value is an object of these kinds; `callback`:
 * takes a label.
 */
const call = (least, most, more) => ({ least, most, ...more });
const none = call(0, 0);

const SOCKET_CALLS = {
  connect: call(0, 1, { objects: ['server', 'path', 'port'], options: CONNECT_OPTIONS, callback: true }),
  write: call(1, 2, { encoding: 1, callback: true }),
  end: call(0, 2, { encoding: 1, callback: true }),
  cork: none, uncork: none, pause: none, resume: none,
  read: call(0, 1),
  setEncoding: call(0, 1, { words: true }),
  setDefaultEncoding: call(1, 1, { words: true }),
  setTimeout: call(1, 1, { callback: true }),
  setNoDelay: call(0, 1),
  setKeepAlive: call(0, 2),
  destroy: call(0, 1, { text: true }),
  destroySoon: none, resetAndDestroy: none, ref: none, unref: none,
  pipe: call(1, 1, { objects: ['socket'] }),
  attach: call(1, 1, { words: true, only: ['data', 'data=log', 'data=count', 'data=join'] }),
  detach: call(1, 1, { words: true, only: ['data'] }),
  address: none,
  set: call(2, 2, { words: true, first: ['allowHalfOpen'] }),
};

const SERVER_CALLS = {
  listen: call(0, 1, { objects: ['path'], options: LISTEN_OPTIONS, callback: true }),
  close: call(0, 0, { callback: true }),
  address: none,
  getConnections: call(0, 0, { callback: true }),
  ref: none, unref: none,
  set: call(2, 2, { words: true, first: ['maxConnections'] }),
};

const NET_CALLS = {
  getDefaultAutoSelectFamily: none,
  setDefaultAutoSelectFamily: call(1, 1),
  getDefaultAutoSelectFamilyAttemptTimeout: none,
  setDefaultAutoSelectFamilyAttemptTimeout: call(1, 1),
};

const SOCKET_EVENTS = ['lookup', 'connect', 'ready', 'data', 'end', 'timeout', 'drain', 'finish',
  'error', 'close'];
const SERVER_EVENTS = ['listening', 'connection', 'drop', 'error', 'close'];

const KINDS = {
  socket: {
    options: new Set([...WATCH, ...SOCKET_OPTIONS]),
    calls: SOCKET_CALLS,
    properties: set(`readyState connecting pending destroyed closed readable writable readableEnded
      writableEnded writableFinished writableLength writableNeedDrain writableCorked
      writableHighWaterMark readableHighWaterMark readableLength readableFlowing readableEncoding
      isPaused bytesRead bytesWritten bufferSize allowHalfOpen timeout errored localAddress
      localFamily localPort remoteAddress remoteFamily remotePort address
      autoSelectFamilyAttemptedAddresses received total osNoDelay osKeepAlive osKeepAliveDelay`),
    events: new Set([...SOCKET_EVENTS, 'readable', 'accepted']),
  },
  server: {
    options: new Set(['quiet', 'skip', ...SERVER_OPTIONS]),
    calls: SERVER_CALLS,
    properties: set(`listening maxConnections address allowHalfOpen pauseOnConnect highWaterMark
      noDelay keepAlive keepAliveInitialDelay osBacklog`),
    events: new Set(SERVER_EVENTS),
  },
  signal: { options: new Set(), calls: { abort: none }, properties: set('aborted'), events: new Set() },
  resolver: { options: set('answer families error when log'), calls: { release: none },
    properties: new Set(), events: new Set() },
  path: { options: set('length abstract missing file stale directory relative nul'),
    calls: { unlink: none, kind: none, mode: none }, properties: new Set(), events: new Set() },
  port: { options: set('host dead hole'), calls: {}, properties: new Set(), events: new Set() },
  net: { options: new Set(), calls: NET_CALLS, properties: new Set(), events: new Set() },
};

/** Options of `open`, by what stands before the dot. */
const OPEN_PARTS = { server: KINDS.server.options, client: KINDS.socket.options, conn: WATCH };

module.exports = { KINDS, WATCH, DATA_MODES, SOCKET_OPTIONS, CONNECT_OPTIONS, SERVER_OPTIONS,
  REFERENCES, SOCKET_EVENTS, SERVER_EVENTS, OPEN_PARTS };
