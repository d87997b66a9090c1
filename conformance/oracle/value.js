// Words of a line and values as they are written in a scenario.
'use strict';

class Complaint extends Error {}

/**
 * Cuts a line at its blanks; those inside quotes belong to the word.
 * @returns {{text: string, at: number}[]} the words and where they begin
 */
function wordsOf(line) {
  const words = [];
  let at = 0;
  while (at < line.length) {
    if (line[at] === ' ') {
      at++;
      continue;
    }
    const begin = at;
    let quoted = false;
    for (; at < line.length && (quoted || line[at] !== ' '); at++) {
      if (line[at] === '"') quoted = !quoted;
      else if (quoted && line[at] === '\\') at++;
    }
    if (quoted) throw new Complaint('a quote is not closed');
    words.push({ text: line.slice(begin, at), at: begin });
  }
  return words;
}

const NUMBER = /^-?\d+(\.\d+)?(e\d+)?$/;
const isName = (word) => /^[A-Za-z][A-Za-z0-9_-]*$/.test(word);

/** The parts of a list, cut at commas outside quotes. */
function partsOf(inner) {
  const parts = [];
  let begin = 0;
  let quoted = false;
  for (let at = 0; at < inner.length; at++) {
    if (quoted && inner[at] === '\\') at++;
    else if (inner[at] === '"') quoted = !quoted;
    else if (inner[at] === ',' && !quoted) {
      parts.push(inner.slice(begin, at));
      begin = at + 1;
    }
  }
  parts.push(inner.slice(begin));
  return parts;
}

function readText(word) {
  const [, json, times] = /^(".*")(?:\*(\d+))?$/.exec(word) || [];
  if (json === undefined) throw new Complaint(`this is no text: ${word}`);
  try {
    return { type: 'text', text: JSON.parse(json), times: times === undefined ? 1 : Number(times) };
  } catch {
    throw new Complaint(`this is no JSON string: ${json}`);
  }
}

/** Reads a value; a word that is nothing else is of the type "word". */
function readValue(word) {
  if (word === '') throw new Complaint('a value is missing');
  if (word[0] === '"') return readText(word);
  if (word[0] === '[') {
    if (!word.endsWith(']')) throw new Complaint(`a list ends with "]": ${word}`);
    const inner = word.slice(1, -1);
    return { type: 'list', items: inner === '' ? [] : partsOf(inner).map(readValue) };
  }
  if (NUMBER.test(word)) return { type: 'plain', value: Number(word) };
  const plain = { true: true, false: false, null: null, undefined: undefined, NaN, Infinity };
  if (Object.hasOwn(plain, word)) return { type: 'plain', value: plain[word] };
  if (word.startsWith('hex:')) {
    const digits = word.slice(4);
    if (!/^([0-9a-fA-F]{2})*$/.test(digits)) throw new Complaint(`these are no bytes: ${word}`);
    return { type: 'hex', digits };
  }
  if (/^zeros:/.test(word)) {
    if (!/^zeros:\d{1,9}$/.test(word)) throw new Complaint(`these are no bytes: ${word}`);
    return { type: 'zeros', count: Number(word.slice(6)) };
  }
  return { type: 'word', text: word };
}

/** Zeros by their number: they are never written to, and some are large. */
const zeros = new Map();

function zerosOf(count) {
  if (!zeros.has(count)) zeros.set(count, Buffer.alloc(count));
  return zeros.get(count);
}

/** What a value is in JavaScript; references to objects are the business of the caller. */
function valueOf(value) {
  switch (value.type) {
  case 'text': return (value.repeated ??= value.text.repeat(value.times));
  case 'list': return value.items.map(valueOf);
  case 'hex': return Buffer.from(value.digits, 'hex');
  case 'zeros': return zerosOf(value.count);
  case 'word': return value.text;
  default: return value.value;
  }
}

module.exports = { Complaint, wordsOf, readValue, valueOf, isName };
