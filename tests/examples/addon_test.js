// The add-on of examples/addon, driven from JavaScript: node addon_test.js WEIR_JS
//
// Prints what fails; exit status 0: all is well. Node's own `net` is the measure: it is the peer,
// and it runs the same programs. Everything runs a second time with garbage collected in between.
'use strict';

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { Worker } = require('node:worker_threads');

const { names, record } = require('./addon_programs.js');

const SECONDS = Number(process.env.WEIR_TEST_SECONDS ?? 60);
const [major] = process.versions.node.split('.').map(Number);
if (major < 18) {
  console.log(`SKIPPED: the add-on wants Node 18; this is ${process.version}`);
  process.exit(0);
}

const library = path.resolve(process.argv[2]);
const weir = require(library);
const childFile = path.join(__dirname, 'addon_child.js');
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'weir-addon-'));

const host = '127.0.0.1';
const places = { TCP: { port: 0, host }, path: { path: path.join(scratch, 'socket') } };
const ends = {
  'weir serves Node': [weir, net],
  'Node serves weir': [net, weir],
  'weir serves weir': [weir, weir],
};

async function listening(api, place, onConnection) {
  const server = api.createServer(onConnection);
  server.listen(place);
  await once(server, 'listening');
  return server;
}

// As once(), but an 'error' on the way is none of the test.
const eventually = (emitter, event) =>
  new Promise((done) => emitter.once(event, (...values) => done(values)));

const placeOf = (server) => {
  const address = server.address();
  return typeof address === 'string' ? { path: address } : { host, port: address.port };
};

async function closed(server) {
  const done = once(server, 'close');
  server.close();
  await done;
}

async function uncaught(act) {
  const thrown = new Promise((resolve) => process.once('uncaughtException', resolve));
  act();
  return thrown;
}

const MANY = 1 << 20;
const PIECE = 1 << 16;
const ENOUGH = 64 * MANY;
const byteAt = (at) => (at * 31 + (at >> 8) * 7) & 255;
const pattern = Buffer.from(Array.from({ length: MANY }, (_, at) => byteAt(at)));

// Writes the pattern again and again until the system has had enough and a write has to wait for
// 'drain', and to the end of the pattern then; tells how much that was.
function pour(socket) {
  let at = 0;
  let waited = false;
  const go = () => {
    while (at === 0 || at % MANY !== 0 || (!waited && at < ENOUGH)) {
      const piece = pattern.subarray(at % MANY, (at % MANY) + PIECE);
      at += PIECE;
      if (!socket.write(piece)) {
        waited = true;
        return socket.once('drain', go);
      }
    }
    socket.end();
    return socket.emit('poured', at, waited);
  };
  go();
}

// The receiver does not read before the sender has been told to wait.
async function sendMany(serving, connecting, place) {
  let received = 0;
  let wrong = 0;
  let resume;
  const server = await listening(serving, place, (socket) => {
    socket.pause();
    socket.on('data', (bytes) => {
      for (const byte of bytes) if (byte !== pattern[received++ % MANY]) wrong++;
    });
    socket.on('end', () => socket.end());
    resume = () => socket.resume();
    if (client.waits) resume();
  });
  const client = connecting.connect(placeOf(server));
  const poured = once(client, 'poured');
  const ended = once(client, 'close');
  client.on('newListener', (event) => {
    if (event !== 'drain') return;
    client.waits = true;
    if (resume) resume();
  });
  client.resume().on('connect', () => pour(client));
  const [sent, waited] = await poured;
  await ended;
  await closed(server);
  assert.ok(waited, 'no write had to wait');
  assert.deepEqual([received, wrong], [sent, 0]);
}

const running = new Set();

// Runs addon_child.js. `told` is its first line.
function child(name) {
  const started = spawn(process.execPath, [childFile, library, name], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  running.add(started);
  started.stderr.on('data', (bytes) => (errors += bytes));
  const told = once(started.stdout, 'data').then(([bytes]) => String(bytes).trim());
  const over = once(started, 'close').then(([code, signal]) => ({ code, signal, errors }));
  return { told, over };
}

async function send(port, text) {
  const socket = net.connect({ port, host });
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}

async function worker(name) {
  const thread = new Worker(childFile, { workerData: [library, name] });
  const over = eventually(thread, 'exit');
  const [port] = await once(thread, 'message');
  return { thread, port, over };
}

const tests = {
  async 'arguments that are none are refused'() {
    const server = weir.createServer();
    const code = (act) => {
      try {
        return void act();
      } catch (error) {
        return `${error.name} ${error.code}`;
      }
    };
    assert.equal(code(() => weir.connect({ port: 70000 })), 'Error ERR_SOCKET_BAD_PORT');
    assert.equal(code(() => weir.connect({ port: '1' })), 'TypeError ERR_INVALID_ARG_TYPE');
    assert.equal(code(() => weir.connect()), 'Error ERR_MISSING_ARGS');
    assert.equal(code(() => server.listen({ path: 1 })), 'TypeError ERR_INVALID_ARG_TYPE');
    assert.equal(code(() => server.ref.call({})), 'TypeError ERR_INVALID_ARG_TYPE');
    assert.equal(code(() => server.ref.call(undefined)), 'TypeError ERR_INVALID_ARG_TYPE');
    assert.equal(server.address(), null);
    const peer = await listening(net, places.TCP, (socket) => socket.resume());
    const socket = weir.connect(placeOf(peer));
    assert.equal(code(() => socket.write(5)), 'TypeError ERR_INVALID_ARG_TYPE');
    assert.equal(code(() => socket.write('x', 5)), 'TypeError ERR_INVALID_ARG_TYPE');
    assert.equal(code(() => server.ref.call(socket)), 'TypeError ERR_INVALID_ARG_TYPE');
    assert.equal(code(() => socket.end(Buffer.alloc(0))), undefined);
    socket.resume();
    await once(socket, 'close');
    await closed(peer);
    assert.equal(code(() => socket.ref().unref().pause().resume().destroy()), undefined);
  },

  async 'a name is looked up'() {
    const place = { port: 0, host: 'localhost' };
    const server = await listening(weir, place, (socket) => socket.end('hi'));
    const { port, family } = server.address();
    assert.match(family, /^IPv[46]$/);
    const client = weir.connect({ port, host: 'localhost' });
    const [bytes] = await once(client, 'data');
    assert.equal(String(bytes), 'hi');
    await once(client, 'close');
    await closed(server);
  },

  async 'what a handler throws is an uncaughtException, and the connection goes on'() {
    const server = await listening(weir, places.TCP, (socket) =>
      socket.on('data', (bytes) => socket.write(bytes)));
    const client = weir.connect(placeOf(server));
    await once(client, 'connect');
    for (const reason of [new Error('data'), undefined, null, 'text']) {
      const thrown = await uncaught(() => {
        client.once('data', () => {
          throw reason;
        });
        client.write('x');
      });
      assert.equal(thrown, reason);
    }
    const late = await uncaught(() => client.write('y', () => {
      throw new Error('callback');
    }));
    assert.equal(late.message, 'callback');
    const [bytes] = await once(client, 'data');
    assert.equal(String(bytes), 'y');
    client.end();
    await once(client, 'close');
    const place = placeOf(server);
    await closed(server);
    const unheard = await uncaught(() => weir.connect(place));
    assert.equal(unheard.message, `connect ECONNREFUSED ${host}:${place.port}`);
  },

  // process.nextTick() cannot be called there, so weir's steps have to wait for it.
  async 'a full stack loses nothing'() {
    const server = await listening(weir, places.TCP, (socket) => socket.resume());
    const client = weir.connect(placeOf(server));
    await once(client, 'connect');
    let owed = 0;
    let last;
    const allCalled = new Promise((done) => (last = done));
    const told = () => --owed === 0 && last();
    const deep = () => {
      try {
        deep();
      } catch {
        // Where there is a little room, and a little more in each of the callers.
      }
      try {
        client.write('x', told);
        owed++;
      } catch (error) {
        assert.ok(error instanceof RangeError, error);
      }
    };
    owed++;
    deep();
    assert.ok(owed > 100, `${owed} writes`);
    told();
    await allCalled;
    client.resume().end();
    await once(client, 'close');
    await closed(server);
  },

  async 'a process ends when nothing is left'() {
    const { told, over } = child('serveOne');
    const client = await send(await told, 'still here');
    const [bytes] = await once(client, 'data');
    assert.equal(String(bytes), 'still here');
    client.end();
    assert.deepEqual(await over, { code: 0, signal: null, errors: '' });
  },

  async 'what is unreferenced does not hold a process'() {
    assert.deepEqual(await child('unreferenced').over, { code: 0, signal: null, errors: '' });
  },

  async 'what nobody catches ends a process'() {
    const { told, over } = child('uncaught');
    const client = await send(await told, 'x');
    const { code, errors } = await over;
    assert.equal(code, 1);
    assert.match(errors, /TypeError: thrown in a handler\n +at .*addon_child\.js/);
    client.destroy();
  },

  async 'a handler may exit'() {
    const { told, over } = child('exits');
    const client = await send(await told, 'x');
    assert.deepEqual(await over, { code: 3, signal: null, errors: '' });
    client.destroy();
  },

  async 'a worker is terminated with its connections open'() {
    for (let round = 0; round < 3; round++) {
      const { thread, port } = await worker('echoes');
      const clients = await Promise.all(['a', 'b', 'c'].map((text) => send(port, text)));
      await Promise.all(clients.map((client) => once(client, 'data')));
      const gone = Promise.all(clients.map((client) => eventually(client, 'close')));
      clients[0].write(pattern); // There is something to do meanwhile.
      clients.forEach((client) => client.resume());
      await thread.terminate();
      await gone;
    }
  },

  async 'a worker is terminated inside a handler'() {
    const { thread, port } = await worker('loops');
    const looping = once(thread, 'message');
    const client = await send(port, 'x');
    await looping;
    const gone = eventually(client, 'close');
    client.resume();
    await thread.terminate();
    await gone;
  },

  async 'a worker ends with work in hand'() {
    const { over } = await worker('hastens');
    assert.deepEqual(await over, [0]);
  },

  async 'what nobody catches ends a worker'() {
    const { thread, port, over } = await worker('uncaught');
    const failed = once(thread, 'error');
    const client = await send(port, 'x');
    const [error] = await failed;
    assert.equal(error.message, 'thrown in a handler');
    assert.deepEqual(await over, [1]);
    client.destroy();
  },

  async 'the add-on stays when its only worker has gone'() {
    const { told, over } = child('stays');
    assert.equal(await told, '0 true');
    assert.deepEqual(await over, { code: 0, signal: null, errors: '' });
  },
};

for (const name of names)
  for (const where of Object.keys(places))
    tests[`the program "${name}" is told as in Node, ${where}`] = async () => {
      const expected = await record(name, net, places[where]);
      assert.ok(expected.length > 5, 'nothing happened');
      assert.deepEqual(await record(name, weir, places[where]), expected);
    };
for (const who of Object.keys(ends))
  for (const where of Object.keys(places))
    tests[`1 MiB, ${who}, ${where}`] = () => sendMany(...ends[who], places[where]);

if (global.gc)
  tests['sockets and servers become garbage'] = async () => {
    let left = 0;
    const registry = new FinalizationRegistry(() => left--);
    const watched = (object) => {
      registry.register(object);
      left++;
      return object;
    };
    await (async () => {
      watched(weir.createServer());
      const server = watched(await listening(weir, places.TCP, (socket) => {
        const reason = new Error('a circle');
        reason.socket = watched(socket).on('error', () => {});
        socket.destroy(reason);
      }));
      for (let i = 0; i < 20; i++) {
        const client = watched(weir.connect(placeOf(server))).resume().on('error', () => {});
        await once(client, 'close');
      }
      await closed(server);
    })();
    // Each turn of the loop is one for finalizers; the watchdog bounds it.
    while (left > 0) {
      global.gc();
      await new Promise((done) => setImmediate(done));
    }
  };
else
  tests['all of it with garbage collected in between'] = async () => {
    const again = spawn(process.execPath, ['--expose-gc', __filename, library], {
      stdio: 'inherit',
    });
    running.add(again);
    assert.deepEqual(await once(again, 'close'), [0, null]);
  };

let current;
let failures = 0;
let passed = 0;
const left = Object.entries(tests);

process.on('exit', () => {
  for (const started of running) if (started.exitCode === null) started.kill('SIGKILL');
  fs.rmSync(scratch, { recursive: true, force: true });
  if (left.length > 0 || current) {
    console.log(`FAILED: ${current}: nothing is left to wait for`);
    process.exitCode = 1;
  }
});
const watchdog = setTimeout(() => {
  console.log(`FAILED: ${current}: not done within ${SECONDS} seconds`);
  process.exit(1);
}, SECONDS * 1000);
watchdog.unref();

(async () => {
  while (left.length > 0) {
    const [name, test] = left.shift();
    current = name;
    try {
      await test();
      passed++;
    } catch (error) {
      failures++;
      console.log(`FAILED: ${name}: ${error?.stack ?? error}`);
    }
    global.gc?.();
  }
  current = undefined;
  clearTimeout(watchdog);
  const way = global.gc ? ', --expose-gc' : '';
  console.log(`${process.version}${way}: ${passed} passed, ${failures} failed`);
  if (failures > 0) process.exitCode = 1;
})();
