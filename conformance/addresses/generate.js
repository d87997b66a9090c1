'use strict';
/*
 * Asks Node what it says to many addresses and block lists, edges first, and prints each question
 * with the answer. What weir says to the same questions is compared by addresses.c.
 *
 *     node generate.js [LINES] [SEED]
 *
 * The same seed asks the same questions. At least LINES lines are printed, 6000 unless told.
 *
 * The format: the first line is "# node VERSION seed SEED"; all others are
 *
 *     KIND FIELD... = ANSWER...
 *
 * with one blank between. A byte of UTF-8 text that is a blank, "\", "=", or no printable ASCII is
 * written \xHH; the empty text is "\e". A family is what Node is given as such: ipv4, IPv6, ...
 *
 *     ip TEXT = 0|4|6                                     net.isIP()
 *     address FAMILY TEXT|* PORT FLOWLABEL = JSON|CODE    new net.SocketAddress(); *: no address
 *     list =                                              a new net.BlockList() for what follows
 *     add_address FAMILY TEXT = ok|CODE
 *     add_range FAMILY START FAMILY END = ok|CODE
 *     add_subnet FAMILY NET PREFIX = ok|CODE
 *     check FAMILY TEXT = true|false
 *     rules = RULE...                                     newest first
 *
 * Left out is what ends Node: textual ports and flow labels above 20 bits. A list ends behind a
 * rule that weir refuses and Node does not, because from there on the two lists differ.
 */
const net = require('node:net');
const { SocketAddress, BlockList } = net;

const wanted = Number(process.argv[2] || 6000);
const seed = Number(process.argv[3] || 1);

/* ---- Chance. ---- */

let state = seed >>> 0;

function random() {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = state;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return (t ^ (t >>> 14)) >>> 0;
}

const below = (limit) => random() % limit;
const chance = (percent) => below(100) < percent;
const pick = (list) => list[below(list.length)];
const repeat = (count, make) => Array.from({ length: count }, make);

/* ---- Lines. ---- */

const output = [`# node ${process.versions.node} seed ${seed}`];

function escape(text) {
  let escaped = '';
  for (const byte of Buffer.from(text, 'utf8')) {
    const plain = byte > 0x20 && byte < 0x7f && byte !== 0x5c && byte !== 0x3d;
    escaped += plain ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return escaped || '\\e';
}

function say(question, answers) {
  output.push([...question, '=', ...answers].join(' '));
}

function codeOf(call) {
  try {
    call();
    return 'ok';
  } catch (error) {
    return error.code;
  }
}

/* ---- Text that is an address, or nearly. ---- */

const OCTETS = ['0', '1', '9', '10', '99', '100', '199', '200', '249', '250', '254', '255'];
const BAD_OCTETS = ['256', '260', '300', '999', '1000', '00', '01', '001', '010', '', '-1', '+1',
  '0x1', '1e1', 'a', ' 1', '1 ', '4294967296', '18446744073709551617'];
const ZONES = ['%1', '%0', '%01', '%4294967295', '%4294967296', '%99999999999999999999', '%lo',
  '%eth0', '%en-0.1:2', '%', '%%', '%1%2', '%_', '% ', '%a/64', '%é', '%-', '%.', '%:',
  '%' + 'z'.repeat(40), '%' + '0'.repeat(20) + '7'];
const ODD = ['\0', ' ', '\t', '\n', '[', ']', '/', '%', ':', '::', '.', '-', '_', 'g', 'G', 'é',
  '０', '：', '0', 'f', '١', '@', '\u200b', '\ufeff', 'x', '+'];
const WHOLE = ['', '0', ':', '::', ':::', '::::', '.', '...', '1', '127.1', '127.0.0.1',
  '127.000.000.001', '127.0.0.1/24', 'localhost', 'fhqwhgads', '::1', '[::1]', '::1/128', '%', '::%',
  '::%1', '0:0:0:0:0:0:0:0', '1:2:3:4:5:6:7::', '::2:3:4:5:6:7:8', '1:2:3:4::5:6:7:8',
  '1:2:3:4:5:6:7:1.2.3.4', '1:2:3:4:5:6:1.2.3.4', '::1.2.3.4', '1::1.2.3.4', '::ffff:1.2.3.4',
  '::FFFF:0102:0304', '1.2.3.4::', '::1.2.3.4:5', '::1.2.3', '::1.2.3.4.5', '::1.2.3.256',
  '::01.2.3.4', '1:2:3:4:5::1.2.3.4', '1:2:3:4:5:6::1.2.3.4', '0.0.0.0', '255.255.255.255',
  '1.2.3.4\0', '\x001.2.3.4', '::1\0', '1.2.3.4\n', '\n::1', ' 1.2.3.4', '1.2.3.4 ', '1.2.3.4%1',
  'ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255', '64:ff9b::1.2.3.4', 'NaN', 'null', '1,2.3.4'];

function octets() {
  const count = chance(88) ? 4 : below(7);
  return repeat(count, () => (chance(4) ? pick(BAD_OCTETS) : pick(OCTETS))).join('.');
}

function group() {
  if (chance(3)) return pick(['', '00000', '12345', '0ffff', '123456', 'g', '-1', '0x1', ' 1']);
  if (chance(30)) return '0';
  const digits = chance(95) ? 1 + below(4) : below(7);
  const chars = chance(50) ? '0123456789abcdef' : '0123456789ABCDEF';
  return repeat(digits, () => pick(chars)).join('');
}

function groups() {
  const count = chance(55) ? 8 : below(10);
  let parts = repeat(count, group);
  if (chance(25)) parts = [...parts.slice(0, Math.max(0, count - 2)), octets()];
  if (chance(2)) parts.splice(below(parts.length + 1), 0, octets());
  let places = count === 8 ? (chance(35) ? 1 : 0) : (chance(85) ? 1 : below(3));
  let text = parts.join(':');
  for (; places > 0; places--) {
    const at = below(parts.length + 1);
    const cut = count === 8 && chance(85) ? 1 + below(3) : 0;
    text = `${parts.slice(0, at).join(':')}::${parts.slice(at + cut).join(':')}`;
    parts = text.split(':');
  }
  return text;
}

function mutated(text) {
  const at = below(text.length + 1);
  const rest = text.slice(at);
  switch (below(5)) {
    case 0: return text.slice(0, at) + pick(ODD) + rest;
    case 1: return text.slice(0, at) + rest.slice(1);
    case 2: return text.slice(0, at) + pick(ODD) + rest.slice(1);
    case 3: return text.slice(0, at) + rest.slice(0, 1) + rest;
    default: return pick([text.slice(0, at), rest, `[${text}]`, `${text}/${below(130)}`,
      `${text}:${below(70000)}`, text + text, `${text},${text}`]);
  }
}

function longText() {
  const size = pick([45, 46, 47, 64, 65, 100, 255, 256, 300]);
  return pick([
    () => '0'.repeat(size),
    () => '1:'.repeat(size / 2 | 0),
    () => '1.'.repeat(size / 2 | 0),
    () => '::' + '0'.repeat(size),
    () => 'fe80::1%' + 'a'.repeat(size),
    () => 'fe80::1%' + '1'.repeat(size),
    () => '1.2.3.4' + ' '.repeat(size),
    () => '1.2.3.4' + '\0'.repeat(size),
    () => ':'.repeat(size),
  ])();
}

function addressLike() {
  if (chance(12)) return pick(WHOLE);
  if (chance(1)) return longText();
  let text = chance(35) ? octets() : groups();
  if (chance(12)) text += pick(ZONES);
  for (let i = chance(25) ? 1 + below(2) : 0; i > 0; i--) text = mutated(text);
  return text;
}

/* ---- Addresses as numbers, and the ways to spell them. ---- */

const MAPPED = 0xffffn << 32n;
const LAST = { 4: (1n << 32n) - 1n, 6: (1n << 128n) - 1n };

function address4(value) {
  return { family: 4, value: value & LAST[4] };
}

function address6(value) {
  return { family: 6, value: value & LAST[6] };
}

const isMapped = (a) => a.family === 6 && a.value >> 32n === 0xffffn;

function dotted(value) {
  return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 0xffn)).join('.');
}

function spell(a) {
  if (a.family === 4) return dotted(a.value);
  const tail = chance(20) || (isMapped(a) && chance(50));
  const upper = chance(20);
  const width = chance(20) ? 4 : 1;
  let parts = repeat(tail ? 6 : 8, (_, i) => {
    const text = ((a.value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16).padStart(width, '0');
    return upper ? text.toUpperCase() : text;
  });
  if (tail) parts.push(dotted(a.value & LAST[4]));
  const text = parts.join(':');
  const zeros = /(^|:)(0+:)*0+(:|$)/.exec(text);
  if (!zeros || chance(25)) return text;
  return `${text.slice(0, zeros.index)}::${text.slice(zeros.index + zeros[0].length)}`;
}

function base() {
  const value = repeat(4, () => BigInt(random())).reduce((sum, word) => (sum << 32n) | word, 0n);
  switch (below(12)) {
    case 0: return address4(pick([0n, 1n, LAST[4] - 1n, LAST[4], 0x7f000001n, 0x0a0000ffn]));
    case 1: case 2: case 3: return address4(value);
    case 4: case 5: return address6(MAPPED | (value & LAST[4]));
    case 6: return address6(pick([MAPPED - 1n, MAPPED, MAPPED | LAST[4], (MAPPED | LAST[4]) + 1n]));
    case 7: return address6(pick([0n, 1n, LAST[6], LAST[6] - 1n, 1n << 127n, 0xfe80n << 112n]));
    case 8: return address6(value & LAST[4]);
    case 9: return address6((0x0064ff9bn << 96n) | (value & LAST[4]));
    default: return address6(value);
  }
}

function shifted(a, by) {
  return a.family === 4 ? address4(a.value + by) : address6(a.value + by);
}

/* The same place in the other family; an address that is not mapped has none. */
function otherForm(a) {
  if (a.family === 4) return address6(MAPPED | a.value);
  return isMapped(a) ? address4(a.value) : address6(MAPPED | (a.value & LAST[4]));
}

function near(pool) {
  const a = pick(pool);
  const bits = a.family === 4 ? 32 : 128;
  switch (below(6)) {
    case 0: return a;
    case 1: return shifted(a, pick([1n, -1n, 2n, -2n, 256n, -256n]));
    case 2: return otherForm(a);
    case 3: return shifted(otherForm(a), pick([1n, -1n]));
    case 4: return { family: a.family, value: a.value ^ (1n << BigInt(below(bits))) };
    default: return base();
  }
}

/* ---- The questions. ---- */

function familyText(family) {
  if (chance(2)) return pick(['IPv4', 'IPV6', 'iPv6', 'ipx', 'ip', '']);
  return family === 4 ? 'ipv4' : 'ipv6';
}

/* A family and a text of it; now and then a wrong family or a spoilt text. */
function operand(a) {
  let text = spell(a);
  let family = a.family;
  if (chance(3)) family = 10 - family;
  if (chance(3)) text = mutated(text).replace(/\0/g, '0');
  if (a.family === 6 && chance(3)) text += pick(ZONES);
  return { family: familyText(family), text };
}

const fieldsOf = (o) => [escape(o.family), escape(o.text)];

/* A zone that is no number of 32 bits is what weir refuses. */
function refusedZone(o) {
  const zone = /%([^]*)$/.exec(o.text);
  return zone !== null && !(/^[0-9]+$/.test(zone[1]) && BigInt(zone[1]) <= 0xffffffffn);
}

/* In front of a zone Node looks at 39 characters only, which may be the text of another address. */
const cutByNode = (o) => o.text.indexOf('%') > 39;

/* Whether from a rule with these operands on the two lists may differ. */
function mayPart(answer, ...operands) {
  return operands.some(cutByNode) || (answer === 'ok' && operands.some(refusedZone));
}

/* The newest rule is a range whose ends are of two families. */
function isMixed(list) {
  const ends = /^Range: \S+ (.*)-(.*)$/.exec(list.rules[0]);
  const isIpv4 = (text) => net.isIPv4(text.replace(/^::ffff:/, ''));
  return net.isIP(ends[1]) !== net.isIP(ends[2]) && isIpv4(ends[1]) !== isIpv4(ends[2]);
}

function askIp() {
  const text = addressLike();
  say(['ip', escape(text)], [net.isIP(text)]);
}

function askAddress() {
  const text = chance(8) ? undefined : addressLike();
  const likely = text !== undefined && text.includes(':') ? 6 : 4;
  const family = familyText(chance(92) ? likely : 10 - likely);
  const port = chance(90)
    ? pick([0, 1, 80, 443, 65534, 65535, below(65536), below(65536)])
    : pick([-1, 65536, 65537, 70000, -65536, 2147483647, -2147483648]);
  const flowlabel = pick([0, 0, 1, 0xffff, 0x10000, 0xffffe, 0xfffff, below(0x100000)]);
  const question = ['address', escape(family), text === undefined ? '*' : escape(text), port, flowlabel];
  let answer;
  try {
    const options = { family, port, flowlabel };
    if (text !== undefined) options.address = text;
    answer = escape(JSON.stringify(new SocketAddress(options)));
  } catch (error) {
    answer = error.code;
  }
  say(question, [answer]);
}

/* Each of these says one line and returns whether the two lists may differ from here on. */

function addAddress(list, pool) {
  const a = near(pool);
  pool.push(a);
  const o = operand(a);
  const answer = codeOf(() => list.addAddress(o.text, o.family));
  say(['add_address', ...fieldsOf(o)], [answer]);
  return mayPart(answer, o);
}

function addRange(list, pool) {
  const start = near(pool);
  let end = chance(85)
    ? { family: start.family, value: start.value + BigInt(pick([0, 1, 2, 3, 255, 256, 65536])) }
    : near(pool);
  if (end.value > LAST[end.family]) end = start;
  if (chance(15)) end = otherForm(end);
  const [first, second] = chance(92) ? [start, end] : [end, start];
  pool.push(first, second);
  const from = operand(first);
  const to = operand(second);
  const answer = codeOf(() => {
    if (from.family === to.family) return list.addRange(from.text, to.text, from.family);
    list.addRange(new SocketAddress({ address: from.text, family: from.family }),
      new SocketAddress({ address: to.text, family: to.family }));
  });
  say(['add_range', ...fieldsOf(from), ...fieldsOf(to)], [answer]);
  return mayPart(answer, from, to) || (answer === 'ok' && isMixed(list));
}

function addSubnet(list, pool) {
  const a = near(pool);
  const bits = a.family === 4 ? 32 : 128;
  const prefix = chance(6)
    ? pick([-1, bits + 1, 33, 129, 128, 1000, -2147483648, 2147483647])
    : pick([0, 1, 7, 8, 9, 24, 31, 32, bits - 1, bits, below(bits + 1), below(bits + 1),
      bits - below(17)]);
  /* What lies at both ends of the network, and just outside. */
  if (prefix >= 0 && prefix <= bits) {
    const size = 1n << BigInt(bits - prefix);
    const first = a.value - a.value % size;
    for (const value of [first, first + size - 1n]) pool.push({ family: a.family, value });
  }
  const o = operand(a);
  const answer = codeOf(() => list.addSubnet(o.text, prefix, o.family));
  say(['add_subnet', ...fieldsOf(o), prefix], [answer]);
  return mayPart(answer, o);
}

function check(list, pool) {
  const o = operand(near(pool));
  say(['check', ...fieldsOf(o)], [list.check(o.text, o.family)]);
  return false;
}

function rules(list) {
  say(['rules'], list.rules.map(escape));
  return false;
}

function askList() {
  const list = new BlockList();
  const pool = repeat(1 + below(3), base);
  const adding = [addAddress, addRange, addSubnet];
  say(['list'], []);
  for (let left = 4 + below(24), added = 0; left > 0; left--) {
    const step = added === 0 || chance(22) ? pick(adding) : chance(3) ? rules : check;
    if (step(list, pool)) return;
    if (step !== check) added++;
  }
  rules(list);
}

while (output.length <= wanted) {
  const kindOfQuestion = below(100);
  if (kindOfQuestion < 70) askIp();
  else if (kindOfQuestion < 94) askAddress();
  else askList();
}
process.stdout.write(`${output.join('\n')}\n`);
