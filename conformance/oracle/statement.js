// Reads one statement: which words it may consist of, and which objects it names.
'use strict';
const { Complaint, wordsOf, readValue, isName } = require('./value.js');
const { KINDS, WATCH, DATA_MODES, SOCKET_OPTIONS, CONNECT_OPTIONS, REFERENCES, OPEN_PARTS } =
  require('./words.js');

/** The objects of a scenario that is being read. */
class Scope {
  constructor() {
    this.objects = new Map([['net', { name: 'net', kind: 'net', used: true }]]);
    this.timed = 0; // The line of the first wait for a duration.
    this.alone = 0; // The line of what changes the whole process.
  }

  declare(name, kind, line, used = false) {
    if (!isName(name || '')) throw new Complaint(`"${name || ''}" is no name`);
    if (this.objects.has(name)) throw new Complaint(`"${name}" is declared twice`);
    this.objects.set(name, { name, kind, line, used });
  }

  use(name, kinds) {
    const found = this.objects.get(name);
    if (!found) throw new Complaint(`nothing is called "${name}"`);
    if (kinds && !kinds.includes(found.kind)) {
      throw new Complaint(`"${name}" is a ${found.kind}, not a ${kinds.join(' or a ')}`);
    }
    if (found.kind === 'net') this.alone ||= -1;
    found.used = true;
    return found;
  }

  unused() {
    return [...this.objects.values()].filter((object) => !object.used);
  }
}

/** "name.rest" of a word. */
function cut(word) {
  const dot = word.indexOf('.');
  if (dot < 1 || dot === word.length - 1) {
    throw new Complaint(`"${word}" should be a name, a dot and a word`);
  }
  return [word.slice(0, dot), word.slice(dot + 1)];
}

function checkWatch(key, value, kind) {
  if (key === 'data' && !DATA_MODES.has(value.text)) {
    throw new Complaint(`"data" is one of ${[...DATA_MODES].join(', ')}`);
  }
  if (key !== 'skip') return;
  if (value.type !== 'list') throw new Complaint('"skip" is a list of events');
  for (const { text } of value.items) {
    if (!KINDS[kind].events.has(text)) throw new Complaint(`"${text}" is no event of a ${kind}`);
  }
}

function readOption(word, allowed, scope, kind) {
  const equals = /^[^"\[]*?=/.test(word) ? word.indexOf('=') : -1;
  const key = equals < 0 ? word : word.slice(0, equals);
  if (!allowed.has(key)) throw new Complaint(`"${key}" is no option here`);
  const value = equals < 0 ? { type: 'plain', value: true } : readValue(word.slice(equals + 1));
  checkWatch(key, value, kind);
  if (value.type === 'word' && REFERENCES[key]) {
    return [key, { type: 'object', name: scope.use(value.text, REFERENCES[key]).name }];
  }
  return [key, value];
}

function readOptions(words, allowed, scope, kind) {
  const options = new Map();
  for (const word of words) {
    const [key, value] = readOption(word, allowed, scope, kind);
    if (options.has(key)) throw new Complaint(`"${key}" is said twice`);
    options.set(key, value);
  }
  return options;
}

/* ---- Declarations. ---- */

function checkResolver(options) {
  const when = options.get('when');
  if (when && !['now', 'next', 'never', 'held'].includes(when.text)) {
    throw new Complaint('"when" is one of now, next, never, held');
  }
  const answers = options.has('answer') || options.has('error');
  if (!answers && !(when && when.text === 'never')) {
    throw new Complaint('a resolver has an answer or an error, unless it never answers');
  }
}

function readObject(kind, [name, ...rest], line, scope) {
  const options = readOptions(rest, KINDS[kind].options, scope, kind);
  if (kind === 'resolver') checkResolver(options);
  if (kind === 'path' && options.has('relative')) scope.alone ||= line.number;
  scope.declare(name, kind, line.number);
  return { type: kind, name, options };
}

function readAccept([name, from, server, ...rest], line, scope) {
  if (from !== 'from' || !server) throw new Complaint('this should be: accept NAME from SERVER');
  scope.use(server, ['server']);
  const options = readOptions(rest, WATCH, scope, 'socket');
  scope.declare(name, 'socket', line.number, true);
  return { type: 'accept', name, server, options };
}

function readOpen([client, conn, ...rest], line, scope) {
  if (!conn) throw new Complaint('this should be: open CLIENT CONN');
  const parts = { server: new Map(), client: new Map(), conn: new Map(), ipc: false };
  for (const word of rest) {
    const [, part, option] = /^(server|client|conn)\.(.+)$/.exec(word) || [];
    if (word === 'ipc') parts.ipc = true;
    else if (!part) throw new Complaint(`"${word}" is no option of "open"`);
    else {
      const kind = part === 'server' ? 'server' : 'socket';
      const [key, value] = readOption(option, OPEN_PARTS[part], scope, kind);
      if (parts[part].has(key)) throw new Complaint(`"${part}.${key}" is said twice`);
      parts[part].set(key, value);
    }
  }
  scope.declare(client, 'socket', line.number, true);
  scope.declare(conn, 'socket', line.number, true);
  return { type: 'open', client, conn, ...{ parts } };
}

function readConnection([name, ...rest], line, scope, label) {
  const where = rest.length > 0 && scope.objects.has(rest[0]) ?
    scope.use(rest.shift(), ['server', 'path', 'port']).name : null;
  const allowed = new Set([...WATCH, ...SOCKET_OPTIONS, ...CONNECT_OPTIONS]);
  const options = readOptions(rest, allowed, scope, 'socket');
  scope.declare(name, 'socket', line.number, true);
  return { type: 'connection', name, where, options, label };
}

/* ---- Calls, and looking at things. ---- */

function readArguments(method, rule, words, scope) {
  if (rule.objects) {
    if (words.length === 1 && !words[0].includes('=')) {
      return { values: [{ type: 'object', name: scope.use(words[0], rule.objects).name }] };
    }
    if (!rule.options) throw new Complaint(`"${method}" takes one ${rule.objects.join(' or ')}`);
    return { values: [], options: readOptions(words, rule.options, scope, 'socket') };
  }
  if (words.length < rule.least || words.length > rule.most) {
    throw new Complaint(`"${method}" takes ${rule.least === rule.most ? rule.least :
      `${rule.least} to ${rule.most}`} values`);
  }
  if (rule.only && !rule.only.includes(words[0])) throw new Complaint(`"${words[0]}" is not known here`);
  if (rule.first && !rule.first.includes(words[0])) throw new Complaint(`"${words[0]}" cannot be set`);
  const values = words.map(readValue);
  values.forEach((value, index) => {
    if (value.type === 'word' && !rule.words && rule.encoding !== index) {
      throw new Complaint(`"${value.text}" is no value; text stands in quotes`);
    }
    if (rule.text && value.type !== 'text') throw new Complaint(`"${method}" takes a text`);
  });
  return { values };
}

function readCall([head, ...rest], scope, label) {
  const [name, method] = cut(head);
  const object = scope.use(name);
  const { calls } = KINDS[object.kind];
  if (!Object.hasOwn(calls, method)) throw new Complaint(`a ${object.kind} has no call "${method}"`);
  if (label !== undefined && !calls[method].callback) {
    throw new Complaint(`"${method}" takes no callback`);
  }
  return { type: 'call', name, method, label, text: [method, ...rest].join(' '),
    ...readArguments(method, calls[method], rest, scope) };
}

function readProperty(word, scope) {
  const [name, property] = cut(word);
  const object = scope.use(name);
  if (!KINDS[object.kind].properties.has(property)) {
    throw new Complaint(`a ${object.kind} has no property "${property}"`);
  }
  return { name, property };
}

/** A word that is a property is one; else it is a call. */
function readShow(words, scope, label) {
  if (words.length === 0) throw new Complaint('"show" what?');
  const [name, property] = cut(words[0]);
  if (!KINDS[scope.use(name).kind].properties.has(property)) {
    return { ...readCall(words, scope, label), show: true };
  }
  if (label !== undefined) throw new Complaint('a property takes no callback');
  return { type: 'show', properties: words.map((word) => readProperty(word, scope)) };
}

function readExpect(rest, scope) {
  const [, where, relation, value] = /^([^\s=<>]+)(>=|<=|=)(.+)$/.exec(rest) || [];
  if (!where) throw new Complaint('this should be: expect NAME.PROPERTY=VALUE');
  const read = readValue(value);
  if (relation !== '=' && typeof read.value !== 'number') {
    throw new Complaint(`"${relation}" compares numbers`);
  }
  return { type: 'expect', ...readProperty(where, scope), relation, value: read, text: rest };
}

function readLog(rest, scope) {
  const [, name, text] = /^(\S+) +(.*)$/.exec(rest) || [];
  if (!name) throw new Complaint('this should be: log NAME TEXT');
  scope.use(name);
  return { type: 'log', name, text };
}

function readEvent(word, scope) {
  const [name, event] = cut(word || '');
  const object = scope.use(name);
  if (!KINDS[object.kind].events.has(event)) {
    throw new Complaint(`a ${object.kind} has no event "${event}"`);
  }
  return { name, event };
}

function readDuration(word, line, scope) {
  if (!/^\d+ms$/.test(word || '')) throw new Complaint(`"${word || ''}" is no duration`);
  scope.timed ||= line.number;
  return Number(word.slice(0, -2));
}

function readWait(words, line, scope) {
  const [first, ...rest] = words;
  if (first === 'closed') {
    if (rest.length === 0) throw new Complaint('"wait closed" names objects');
    return { type: 'wait', closed: rest.map((n) => scope.use(n, ['socket', 'server']).name) };
  }
  if (first && first.includes('.')) {
    return { type: 'wait', events: words.map((word) => readEvent(word, scope)) };
  }
  if (rest.length > 0) throw new Complaint(`"${rest[0]}" is too much`);
  if (first === 'turn' || first === 'quiet') return { type: 'wait', [first]: true };
  return { type: 'wait', duration: readDuration(first, line, scope) };
}

function alone(words, result) {
  if (words.length > 0) throw new Complaint(`"${words[0]}" is too much`);
  return result;
}

/** Reads a line; throws a Complaint. */
function readStatement(line, scope) {
  const [first] = line.text.split(' ');
  const after = line.text.slice(first.length).trim();
  if (first === 'log') return { line: line.number, ...readLog(after, scope) };
  const found = wordsOf(line.text);
  const arrow = found.findIndex((word) => word.text === '->');
  const label = arrow < 0 ? undefined : line.text.slice(found[arrow].at + 2).trim();
  if (label === '') throw new Complaint('a label is missing behind "->"');
  const [, ...words] = (arrow < 0 ? found : found.slice(0, arrow)).map((word) => word.text);
  const labelled = ['show', 'connection'].includes(first) || first.includes('.');
  if (label !== undefined && !labelled) throw new Complaint(`"${first}" takes no callback`);
  return { line: line.number, ...readKind(first, words, line, scope, label, after) };
}

function readKind(first, words, line, scope, label, after) {
  switch (first) {
  case 'socket':
  case 'server':
  case 'signal':
  case 'resolver':
  case 'path':
  case 'port':
    return readObject(first, words, line, scope);
  case 'accept': return readAccept(words, line, scope);
  case 'open': return readOpen(words, line, scope);
  case 'connection': return readConnection(words, line, scope, label);
  case 'show': return readShow(words, scope, label);
  case 'expect': return readExpect(after, scope);
  case 'wait': return readWait(words, line, scope);
  case 'on':
  case 'once':
    return alone(words.slice(1), { type: first, ...readEvent(words[0], scope) });
  case 'after':
    return alone(words.slice(1), { type: first, duration: readDuration(words[0], line, scope) });
  case 'next':
  case 'immediate':
    return alone(words, { type: first });
  default:
    if (!first.includes('.')) throw new Complaint(`"${first}" is not known`);
    return readCall([first, ...words], scope, label);
  }
}

/** Whether lines indented further come behind a statement: always, maybe or never. */
function opensBlock(statement) {
  if (['on', 'once', 'after', 'next', 'immediate'].includes(statement.type)) return 'always';
  return statement.label === undefined ? 'never' : 'maybe';
}

module.exports = { readStatement, opensBlock, Scope };
