// Node's BlockList with the rules and the probes that bench/block_list.c has: half addresses, a
// quarter ranges, a quarter subnets, looked up as values and not as text.
'use strict';
const net = require('node:net');
const most = Number(process.argv[2] || 100000);

const random = (n) => Math.floor(Math.random() * n);
const parts = { ipv4: () => Array.from({ length: 4 }, () => random(256)),
                ipv6: () => Array.from({ length: 8 }, (_, i) =>
                  i === 0 ? 0x2000 | random(0x2000) : random(0x10000)) };
const write = { ipv4: (p) => p.join('.'), ipv6: (p) => p.map((x) => x.toString(16)).join(':') };

// Up to 15 addresses further on, so that rules stay small and apart.
function addRule(list, i, family) {
  const start = parts[family]();
  const text = write[family](start);
  if (i % 4 < 2) list.addAddress(text, family);
  if (i % 4 === 3) list.addSubnet(text, family === 'ipv4' ? 29 : 121, family);
  if (i % 4 === 2) {
    const end = start.slice();
    end[end.length - 1] |= 15;
    list.addRange(text, write[family](end), family);
  }
  return text;
}

// Nanoseconds of a check. Up to a second, as one of a long list may take milliseconds.
function time(list, next) {
  const probes = Array.from({ length: 1000 }, next);
  const start = process.hrtime.bigint();
  let done = 0;
  let spent = 0n;
  do {
    for (let i = 0; i < 10; i++) list.check(probes[done++ % probes.length]);
    spent = process.hrtime.bigint() - start;
  } while (done < 100000 && spent < 1000000000n);
  return Number(spent) / done;
}

for (const count of [10, 1000, 100000, 1000000].filter((n) => n <= most)) {
  for (const family of ['ipv4', 'ipv6']) {
    const list = new net.BlockList();
    const inside = [];
    const value = (address) => new net.SocketAddress({ address, family });
    const start = process.hrtime.bigint();
    for (let i = 0; i < count; i++) inside.push(addRule(list, i, family));
    const added = Number(process.hrtime.bigint() - start) / count;
    const hit = time(list, () => value(inside[random(count)]));
    const miss = time(list, () => value(write[family](parts[family]())));
    console.log(`node version=${process.version} family=${family[3]} rules=${count} ` +
      `add_ns=${added.toFixed(0)} hit_ns=${hit.toFixed(0)} miss_ns=${miss.toFixed(0)}`);
  }
}
