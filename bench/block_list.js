// Node's BlockList with as many rules as bench/block_list.c has, in the same words.
'use strict';
const net = require('node:net');
const most = Number(process.argv[2] || 100000);

const random = (n) => Math.floor(Math.random() * n);
const ipv4 = () => `${random(256)}.${random(256)}.${random(256)}.${random(256)}`;

for (const count of [10, 1000, 100000].filter((n) => n <= most)) {
  const list = new net.BlockList();
  const inside = [];
  const start = process.hrtime.bigint();
  for (let i = 0; i < count; i++) {
    const address = ipv4();
    inside.push(address);
    if (i % 4 < 3) list.addAddress(address);
    else list.addSubnet(address, 29);
  }
  const added = process.hrtime.bigint();
  const time = (next) => {
    const probes = Array.from({ length: 1000 }, next);
    const before = process.hrtime.bigint();
    let done = 0;
    // A second is enough; a check of a long list may take milliseconds.
    while (done < 1000 && (done % 10 || process.hrtime.bigint() - before < 1000000000n)) {
      list.check(probes[done++]);
    }
    return Number(process.hrtime.bigint() - before) / done;
  };
  const hit = time(() => inside[random(count)]);
  const miss = time(ipv4);
  console.log(`node version=${process.version} rules=${count} ` +
    `add_ns=${(Number(added - start) / count).toFixed(0)} ` +
    `hit_ns=${hit.toFixed(0)} miss_ns=${miss.toFixed(0)}`);
}
