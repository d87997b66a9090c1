'use strict';
/*
 * Asks Node what it makes of bytes and of text in each encoding, and prints the answers, which
 * tests/unit/encoding_golden_test.c compares with weir's.
 *
 *     node generate.js > sample.txt
 *
 * The first line is "# node VERSION"; all others are one of
 *
 *     name NAME = NAME|CODE                    new StringDecoder(NAME).encoding
 *     encode ENCODING TEXT = BYTES             Buffer.from(TEXT, ENCODING)
 *     decode ENCODING BYTES = TEXT SPLITS      new StringDecoder(ENCODING)
 *
 * with bytes in hexadecimal, text as those of its UTF-8, and "-" for none. SPLITS tells, for all
 * 0 <= I <= J <= length in order of I and then J, how many bytes of the text came out for the bytes
 * before I, those before J, those behind it, and for the end of input, as A.B.C.D with commas
 * between; the text is the same for all. It is "*" where a half of a surrogate pair may come out
 * alone, which UTF-8 cannot say: then only the text counts.
 */
const { StringDecoder } = require('node:string_decoder');

const ENCODINGS = ['utf8', 'utf16le', 'latin1', 'ascii', 'hex', 'base64', 'base64url'];

const NAMES = [
  'utf8', 'utf-8', 'ucs2', 'ucs-2', 'utf16le', 'utf-16le', 'latin1', 'binary', 'ascii', 'hex',
  'base64', 'base64url', 'UTF8', 'Utf-8', 'UCS2', 'uCs-2', 'UTF-16LE', 'LATIN1', 'BINARY', 'ASCII',
  'HEX', 'Base64', 'BASE64URL', 'nope', 'utf', 'utf88', 'utf16', 'utf-16', 'utf-32', 'iso-8859-1',
  'us-ascii', 'base64-url', 'base', 'he', 'buffer', 'none',
];

const BYTES = [
  '', '00', '61', '7f', '80', 'bf', 'c0', 'c2', 'df', 'e2', 'ed', 'f0', 'f4', 'f5', 'f8', 'fe', 'ff',
  '6162', '616263', '61626364', '6162636465', 'fbff', 'fbff01', 'fbff010203', 'ffffffffffff',
  'c3a9', 'c080', 'c1bf', 'c2c2', 'c241', 'e282ac', 'e28241', 'e282', 'e2e282ac', 'e08041', 'e09fbf',
  'e0a080', 'eda080', 'ed9fbf', 'ee8080', 'efbbbf61', 'efbfbd', 'efbfbdef', 'f09f9880', 'f09f9841',
  'f09f41', 'f0808080', 'f08fbfbf', 'f0908080', 'f48fbfbf', 'f4908080', 'f5808080', 'f8808080',
  '808080', '8080808080', '61f09f98', '61e282acf09f98807a', 'e282f09f9880', 'f09f98f09f98', 'ff61ff',
  '6100', '610062', '61006200', '3dd800de', '3dd8', '3dd861', '00de', '3dd83dd800de', '00de3dd8',
  '61003dd800de6200', '3dd861003d', 'ffdb00dc', '00d8ffdf', 'ffd700e0', '3dd800de3d',
];

const TEXTS = [
  '', 'abc', 'abzzcd', 'zz', 'ab cd', 'aG!k', 'aGk=', 'aGk', 'aGk=aGk=', 'aGk=x', 'YQ==', 'YQ=', 'YQ',
  'Y', 'YQ==YQ==', '=', '====', '=YQ', 'YWJj\nZGVm', ' Y W J j ', 'YWJjZ', '-_8', '+/8', '+-8_', 'é',
  '€', '😀', 'hé€', 'a=b=', 'YWJj=ZGVm', 'YW=Jj', 'YWJ=ZGVm', '0g', 'g0', '0', 'é0', 'a€', 'abc\0d', 'AbCdEf',
  'FF00', 'YWJjé', 'YWJ=é', 'é€\u0101', '\u0161\u0162', '6\u0131', '\u0141\u0141', 'YQ\u0161\u0161',
  'YW\u013dJj', 'YW😀Jj', '12😀34', '123\u013334', '\ufeffa', '\uffff\ue000', '\u{10ffff}a', '\u007f\u0080\u00ff\u0100',
  '\u07ff\u0800',
];

const hex = (bytes) => bytes.toString('hex') || '-';
const size = (text) => Buffer.byteLength(text, 'utf8');

function nameOf(name) {
  try {
    return new StringDecoder(name).encoding;
  } catch (error) {
    return error.code;
  }
}

function decode(encoding, pieces) {
  const decoder = new StringDecoder(encoding);
  return [...pieces.map((piece) => decoder.write(piece)), decoder.end()];
}

const isHalf = (bytes, at) => (bytes[at + 1] & 0xf8) === 0xd8;

function hasHalves(bytes) {
  for (let at = 0; at + 1 < bytes.length; at += 2) if (isHalf(bytes, at)) return true;
  return false;
}

function answerOf(encoding, bytes) {
  const [whole, end] = decode(encoding, [bytes]);
  const splits = [];
  for (let i = 0; i <= bytes.length; i++) {
    for (let j = i; j <= bytes.length; j++) {
      const texts = decode(encoding, [bytes.subarray(0, i), bytes.subarray(i, j), bytes.subarray(j)]);
      if (texts.join('') !== whole + end) throw new Error(`${encoding} ${hex(bytes)} ${i} ${j}`);
      splits.push(texts.map(size).join('.'));
    }
  }
  const halves = encoding === 'utf16le' && hasHalves(bytes);
  return `${hex(Buffer.from(whole + end))} ${halves ? '*' : splits.join(',')}`;
}

function print(...words) {
  process.stdout.write(`${words.join(' ')}\n`);
}

print('# node', process.version);
for (const name of NAMES) print('name', name, '=', nameOf(name));
for (const encoding of ENCODINGS) {
  for (const text of TEXTS) {
    print('encode', encoding, hex(Buffer.from(text)), '=', hex(Buffer.from(text, encoding)));
  }
}
for (const encoding of ENCODINGS) {
  for (const bytes of BYTES.map((digits) => Buffer.from(digits, 'hex'))) {
    print('decode', encoding, hex(bytes), '=', answerOf(encoding, bytes));
  }
}
