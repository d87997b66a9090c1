// Calls, properties and expectations.
'use strict';
const fs = require('node:fs');
const net = require('node:net');
const { valueOf } = require('./value.js');
const { quote, show } = require('./show.js');
const { kindOf, modeOf } = require('./paths.js');

/** What a label's callback logs; the block under the call runs inside it. */
function callbackOf(scene, thing, { label, body, method }) {
  if (label === undefined) return [];
  if (method === 'setTimeout' && thing.labels.has(label)) return [thing.labels.get(label)];
  const callback = (error, count) => {
    scene.eventCount++;
    if (error) {
      const code = error.code === undefined ? '' : ` ${error.code}`;
      thing.log(`${label} error${code} ${quote(scene.trace.marks.inMessage(error.message))}`);
    } else {
      thing.log(method === 'getConnections' ? `${label} ${count}` : label);
    }
    if (body) scene.runTask(body);
  };
  if (method === 'setTimeout') thing.labels.set(label, callback);
  return [callback];
}

function connect(scene, thing, statement, callback) {
  const [where] = statement.values;
  thing.connected = true;
  thing.closed = false;
  if (where) return thing.emitter.connect(scene.objects.whereOf(where.name), ...callback);
  if (statement.options.size === 0) return thing.emitter.connect(...callback);
  return thing.emitter.connect(scene.objects.optionsOf(statement.options), ...callback);
}

function listen(scene, thing, statement, callback) {
  const [where] = statement.values;
  thing.closed = false;
  if (where) return thing.emitter.listen(scene.objects.whereOf(where.name).path, ...callback);
  const options = scene.objects.optionsOf(statement.options);
  if (options.handle !== undefined) return thing.emitter.listen(options.handle, ...callback);
  return thing.emitter.listen(...(statement.options.size > 0 ? [options] : []), ...callback);
}

/** Calls that are not simply the method of that name. */
const SPECIAL = {
  connect,
  listen,
  attach: (scene, thing, { values }) => thing.attachData(values[0].text.slice(5) || 'log'),
  detach: (scene, thing) => thing.detachData(),
  destroy: (scene, thing, { values }) =>
    thing.emitter.destroy(...values.map((message) => new Error(valueOf(message)))),
  pipe: (scene, thing, { values }) => thing.emitter.pipe(scene.objects.live(values[0].name).emitter),
  set: (scene, thing, { values }) => {
    const value = valueOf(values[1]);
    thing.emitter[values[0].text] = value === null ? undefined : value;
  },
  unlink: (scene, thing) => fs.unlinkSync(thing.emitter.file),
  kind: (scene, thing) => kindOf(thing.emitter.file),
  mode: (scene, thing) => modeOf(thing.emitter.file),
};

function perform(scene, thing, statement) {
  const callback = callbackOf(scene, thing, statement);
  const special = SPECIAL[statement.method];
  if (special) return special(scene, thing, statement, callback);
  return thing.emitter[statement.method](...statement.values.map(valueOf), ...callback);
}

/** Makes a call; `show` logs what it returned or threw. */
function callOf(scene, statement) {
  const thing = scene.objects.live(statement.name);
  const { marks } = scene.trace;
  if (!statement.show) return scene.orFail(statement, () => perform(scene, thing, statement));
  let said;
  try {
    const returned = perform(scene, thing, statement);
    const isObject = returned && typeof returned === 'object' && typeof returned.on === 'function';
    said = isObject ? 'self' : show(returned, marks);
  } catch (error) {
    said = `throws ${show(error, marks)}`;
  }
  scene.trace.log(statement.name, `${statement.text} -> ${said}`);
  return undefined;
}

/* ---- Properties. ---- */

const handleOf = (thing, property) => thing.emitter._handle?.[property];

const OWN = {
  received: (thing) => thing.received,
  total: (thing) => thing.total,
  aborted: (thing) => thing.emitter.signal.aborted,
  isPaused: (thing) => thing.emitter.isPaused(),
  address: (thing) => thing.emitter.address(),
  osNoDelay: (thing) => handleOf(thing, 'osNoDelay'),
  osKeepAlive: (thing) => handleOf(thing, 'osKeepAlive'),
  osKeepAliveDelay: (thing) => handleOf(thing, 'osKeepAliveDelay'),
  osBacklog: (thing) => handleOf(thing, 'osBacklog'),
  errored: ({ emitter: { errored } }) => (errored ? errored.code || errored.message : errored),
};

const read = (thing, property) =>
  (Object.hasOwn(OWN, property) ? OWN[property](thing) : thing.emitter[property]);

function showProperty(scene, name, property) {
  const value = read(scene.objects.live(name), property);
  const { marks } = scene.trace;
  if (property === 'localPort' || property === 'remotePort') return marks.port(value);
  if (property === 'autoSelectFamilyAttemptedAddresses' && value) {
    return show(value.map((address) => marks.inMessage(address)), marks);
  }
  if (property === 'errored' && value) return marks.inMessage(value);
  return show(value, marks);
}

function showProperties(scene, { properties }) {
  const said = properties.map(({ name, property }) =>
    `${property}=${showProperty(scene, name, property)}`);
  scene.trace.log(properties[0].name, said.join(' '));
}

/** @returns {string|null} what is wrong */
function checkExpectation(scene, { name, property, relation, value, text }) {
  const shown = showProperty(scene, name, property);
  const number = read(scene.objects.live(name), property);
  let holds;
  if (relation === '>=') holds = number >= value.value;
  else if (relation === '<=') holds = number <= value.value;
  else {
    const wanted = value.type === 'word' ? value.text : show(valueOf(value), scene.trace.marks);
    holds = wanted === shown || (value.type === 'word' && quote(wanted) === shown);
  }
  return holds ? null : `expected ${text}, is ${scene.trace.marks.inLine(shown)}`;
}

/* ---- Defaults of the module, and what the system is told. ---- */

/** Remembers in each handle what the operating system was told. */
function spyOnHandles() {
  const { TCP } = process.binding('tcp_wrap');
  const { Pipe } = process.binding('pipe_wrap');
  const wrap = (prototype, method, remember) => {
    const original = prototype[method];
    prototype[method] = function (...args) {
      const result = original.apply(this, args);
      remember(this, result, ...args);
      return result;
    };
  };
  Object.assign(TCP.prototype, { osNoDelay: false, osKeepAlive: false, osKeepAliveDelay: null });
  wrap(TCP.prototype, 'setNoDelay', (handle, result, on) => { handle.osNoDelay = Boolean(on); });
  wrap(TCP.prototype, 'setKeepAlive', (handle, result, on, delay) => {
    handle.osKeepAlive = Boolean(on);
    if (on && delay > 0) handle.osKeepAliveDelay = delay;
  });
  for (const { prototype } of [TCP, Pipe]) {
    wrap(prototype, 'listen', (handle, result, backlog) => { handle.osBacklog = backlog; });
  }
}

/** @returns {Function} puts the defaults of the module back */
function keepDefaults() {
  const family = net.getDefaultAutoSelectFamily();
  const timeout = net.getDefaultAutoSelectFamilyAttemptTimeout();
  return () => {
    net.setDefaultAutoSelectFamily(family);
    net.setDefaultAutoSelectFamilyAttemptTimeout(timeout);
  };
}

module.exports = { callOf, showProperties, checkExpectation, spyOnHandles, keepDefaults };
