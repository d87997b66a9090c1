// Nanoseconds of Node's net.isIP() over a list of texts, a line each, from standard input.
'use strict';
const net = require('node:net');
const texts = require('node:fs').readFileSync(0, 'utf8').split('\n').map((line) => line.trim())
  .filter((text) => text !== '');
const rounds = [];
let found = 0;
for (let round = 0; round < 21; round++) {
  const start = process.hrtime.bigint();
  for (let i = 0; i < 500; i++) for (const text of texts) found += net.isIP(text);
  rounds.push(Number(process.hrtime.bigint() - start) / (500 * texts.length));
}
if (found === 0) throw new Error('nothing was an address');
rounds.sort((a, b) => a - b);
console.log(`${process.version} ${rounds[10].toFixed(1)}`);
