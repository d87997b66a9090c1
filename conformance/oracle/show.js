// How values and errors are written in a trace.
'use strict';

const FIELDS = ['code', 'syscall', 'address', 'port', 'localAddress', 'localPort', 'hostname', 'host',
  'family'];

const ascii = (text) => text.replace(/[^ -~]/g,
  (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** A JSON string in printable ASCII. */
const quote = (text) => ascii(JSON.stringify(text));

function showBytes(bytes) {
  return `bytes[${bytes.length}]${bytes.length <= 24 ? `<${bytes.toString('hex')}>` : ''}`;
}

/** The class, the fields and the message of an error; `marks` replaces ports. */
function showError(error, marks) {
  if (!(error instanceof Error)) return String(error);
  const parts = [error.name];
  for (const field of FIELDS) {
    if (error[field] === undefined) continue;
    const isPort = field === 'port' || field === 'localPort';
    const said = isPort ? marks.given(error[field]) : marks.inLine(String(error[field]));
    parts.push(`${field}=${ascii(String(said))}`);
  }
  parts.push(`message=${quote(marks.inMessage(error.message))}`);
  return parts.join(' ');
}

/** JSON of an address, its ports by their names. */
function showAddress(address, marks) {
  const named = Object.entries(address).map(([key, value]) =>
    `${quote(key)}:${/port$/i.test(key) ? marks.port(value) : JSON.stringify(value)}`);
  return `{${named.join(',')}}`;
}

function showText(text) {
  if (text === 'ABSTRACT') return text;
  return text.length <= 80 ? quote(text) : `string[${text.length}]`;
}

function show(value, marks) {
  const isNoJson = value === undefined || (typeof value === 'number' && !Number.isFinite(value));
  if (isNoJson) return String(value);
  if (Buffer.isBuffer(value)) return showBytes(value);
  if (typeof value === 'string') return showText(marks.inLine(value));
  if (value instanceof Error) return showError(value, marks);
  if (value !== null && typeof value === 'object' && 'port' in value) return showAddress(value, marks);
  if (Array.isArray(value)) return `[${value.map((item) => show(item, marks)).join(',')}]`;
  return JSON.stringify(value);
}

module.exports = { quote, show, showError, showAddress };
