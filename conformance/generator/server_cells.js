// The cells of scenarios about servers: a state of a server, a call in it, and the kind of its
// endpoint.
'use strict';

const STATES = ['new', 'called', 'listening', 'connected', 'failing', 'failed', 'closing', 'closed',
  'again'];
/** listen() in its forms, without those of files. */
const LISTENS = ['listen', 'listen-busy', 'listen-missing', 'listen-handle', 'listen-exclusive',
  'listen-backlog', 'listen-name', 'abort-before'];
/** What only a file system answers. */
const FILES = ['listen-taken', 'listen-mode', 'kind'];
const CALLS = [...LISTENS, ...FILES, 'close', 'close-twice', 'abort-after', 'address',
  'getConnections', 'ref', 'unref', 'maxConnections', 'show', 'connect', 'destroy'];
/** TCP over IPv4, over IPv6, without a host, and local. */
const KINDS = ['four', 'six', 'dual', 'path'];

/** With a literal host Node looks it up first, and knows where it listens in the next tick. */
const LATE = ['four', 'six'];
const STOPPED = ['new', 'failed', 'closing', 'closed'];

/** Cells in which all that follows differs on purpose, by the entries of docs/divergences.md. */
const DECLARED = [
  // What is done during that look-up is not heard.
  { id: 'D23', state: ['called', 'failing'], kind: LATE,
    call: [...LISTENS, 'close', 'close-twice', 'abort-after'] },
  { id: 'D23', state: STOPPED, kind: LATE, call: ['abort-before'] },
  // Node takes another listen() before it has told that the first one failed.
  { id: 'D71', state: ['failing'], kind: ['dual', 'path'],
    call: [...LISTENS, 'listen-taken', 'listen-mode'] },
  { id: 'D25', state: STOPPED, kind: ['path'], call: ['listen-handle'] },
];

function declared([state, call, kind]) {
  return DECLARED.find((d) => d.state.includes(state) && d.call.includes(call) &&
    d.kind.includes(kind))?.id;
}

/** Whether a call needs a file system. */
const needsFiles = ({ call, kind }) =>
  FILES.includes(call) || (call === 'listen-missing' && kind === 'path');

function isReachable(state, call, kind) {
  if (FILES.includes(call) && kind !== 'path') return false;
  if (call === 'listen-name' && kind === 'path') return false;
  if (call === 'abort-after' && state === 'new') return false; // No listen() has the signal.
  if (call === 'destroy') return ['connected', 'closing', 'again'].includes(state);
  if (call !== 'connect' || kind === 'path') return true;
  // There must be an address to connect to.
  return state !== 'new' && !(state === 'called' && LATE.includes(kind));
}

function* all(backend) {
  for (const call of CALLS) {
    for (const state of STATES) {
      for (const kind of KINDS) {
        if (!isReachable(state, call, kind)) continue;
        if (backend !== 'sim' || !needsFiles({ call, kind })) yield [state, call, kind];
      }
    }
  }
}

/** The plan of these cells: see Cells. The simulator has no files. */
const serverPlan = (backend) => ({ axes: ['state', 'call', 'kind'], all: all(backend), declared });

module.exports = { serverPlan, needsFiles };
