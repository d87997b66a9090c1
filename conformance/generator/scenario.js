// One generated scenario: some connections, or some servers. All of it is deterministic for each
// object by construction: what happens within one turn is done by one task, and between turns the
// scenario waits until it is quiet.
'use strict';
const { Connection } = require('./connection.js');
const { connectionPlan } = require('./connection_cells.js');
const { Server } = require('./server.js');
const { serverPlan } = require('./server_cells.js');

/** What scenarios are about: their cells, and what is built for a cell. */
const SUBJECTS = {
  connections: { plan: connectionPlan, make: Connection },
  servers: { plan: serverPlan, make: Server },
};

const indent = (line) => `  ${line}`;

/**
 * The text of a scenario with so many subjects.
 * @param {Function} Subject what is built for each cell, with the heads that it needs
 */
function makeScenario(random, cells, title, count, Subject) {
  // The peer acts in the same turn, and what it sends is there at once.
  const heads = new Set(['loopback']);
  const lines = [];
  for (let i = 1; i <= count; i++) {
    const cell = cells.take();
    const subject = new Subject(random, i, cell);
    lines.push(`# ${Object.values(cell).join(', ')}`, ...subject.build());
    for (const head of subject.heads || []) heads.add(head);
  }
  return `${[`scenario ${title}`, ...[...heads, ...lines].map(indent)].join('\n')}\n`;
}

module.exports = { makeScenario, SUBJECTS };
