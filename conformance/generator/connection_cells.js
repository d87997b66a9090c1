// The cells of scenarios about connections: a state of a socket, a call in it, and what the peer does
// behind the call.
'use strict';

/** States in which a socket has a peer that can do something. */
const CONNECTED = ['open', 'flushing', 'ending', 'finished', 'half-open', 'auto-ended', 'paused'];
/** States in which it has none. */
const ALONE = ['fresh', 'connecting', 'refused', 'destroyed'];
/** Calls, each in the forms that connection.js gives it. */
const CALLS = ['write', 'end', 'destroy', 'destroySoon', 'resetAndDestroy', 'flow', 'cork'];
const PEER = ['nothing', 'data', 'end', 'reset'];

/**
 * Cells in which all that follows differs on purpose, the peer's trace included: the number is the
 * entry of docs/divergences.md. Smaller differences are in declared.js.
 */
const DECLARED = [
  { id: 'D32', state: ['ending', 'flushing'], call: ['resetAndDestroy'] },
  { id: 'D39', state: ['fresh'], call: ['end', 'destroySoon'] },
];

function declared([state, call]) {
  return DECLARED.find((d) => d.state.includes(state) && d.call.includes(call))?.id;
}

function* all() {
  for (const call of CALLS) {
    for (const state of ALONE) yield [state, call, 'nothing'];
    for (const state of CONNECTED) for (const peer of PEER) yield [state, call, peer];
  }
}

/** The plan of these cells: see Cells. */
const connectionPlan = () => ({ axes: ['state', 'call', 'peer'], all: all(), declared });

module.exports = { connectionPlan };
