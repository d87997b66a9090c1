// Programs that run on Node's `net` and on weir alike: what each is told must be the same, and in
// the same order.
//
// A program has one side under test; the other side is always Node's own. Behind each event it also
// notes when a process.nextTick(), a promise and a setImmediate() of that event came to their turn.
// Where weir differs from Node on purpose (docs/divergences.md) the programs do not go.
'use strict';

const net = require('node:net');

const once = (emitter, event) => new Promise((done) => emitter.once(event, done));

// A list of what happened. mark() also notes what the event has left for later.
class Trace {
  lines = [];
  note(line) {
    this.lines.push(line);
  }
  mark(name, ...values) {
    this.note([name, ...values].join(' '));
    process.nextTick(() => this.note(`${name}: tick`));
    Promise.resolve().then(() => this.note(`${name}: promise`));
    setImmediate(() => this.note(`${name}: immediate`));
  }
  error(name, error) {
    const { code, syscall, address, port, message } = error;
    // Node's servers on a path have -1 for a port.
    this.mark(name, error.name, code, syscall, address, port > 0 ? port : '', message);
  }
  // What a socket tells; not 'data', as listening to it makes a socket flow.
  watch(name, socket, events = ['connect', 'ready', 'end', 'drain', 'finish']) {
    for (const event of events)
      socket.on(event, () => this.mark(`${name} ${event}`));
    socket.on('error', (error) => this.error(`${name} error`, error));
    socket.on('close', (hadError) => this.mark(`${name} close`, hadError));
  }
  data(name, socket) {
    socket.on('data', (bytes) => this.mark(`${name} data`, String(bytes)));
  }
  called(name) {
    return (error) => (error ? this.error(name, error) : this.mark(name));
  }
}

// A server of Node's for one connection.
async function peerServer(place, onConnection) {
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    server.close();
    socket.on('error', () => {});
    onConnection(socket);
  });
  server.listen(place);
  await once(server, 'listening');
  return server;
}

const target = (server, place) =>
  place.path ? { path: place.path } : { host: '127.0.0.1', port: server.address().port };

// A server under test with one client of Node's.
async function withServer(api, trace, place, options, onConnection, onClient) {
  const server = api.createServer(options, (socket) => {
    trace.mark('server connection');
    server.close(trace.called('server close called'));
    trace.watch('socket', socket);
    onConnection(socket);
  });
  server.on('close', () => trace.mark('server close'));
  server.on('error', (error) => trace.error('server error', error));
  server.listen(place, () => trace.mark('server listening'));
  await once(server, 'listening');
  const client = net.connect({ ...target(server, place), allowHalfOpen: true });
  client.on('error', () => {});
  onClient(client);
  await once(server, 'close');
}

async function withClient(api, trace, place, options, onPeer, onClient) {
  const server = await peerServer(place, onPeer);
  const client = api.connect({ ...target(server, place), ...options });
  trace.watch('client', client, options.events);
  onClient(client);
  trace.note('after connect()');
  await once(client, 'close');
}

const programs = {
  // The peer sends back, and ends when this side has.
  echo(api, trace, place) {
    const peer = (socket) => {
      socket.on('data', (bytes) => socket.write(bytes));
      socket.on('end', () => socket.end());
    };
    return withClient(api, trace, place, {}, peer, (client) => {
      client.on('connect', () => client.write('hello', trace.called('written')));
      client.on('data', (bytes) => {
        trace.mark('data', String(bytes));
        client.end(trace.called('ended'));
      });
    });
  },

  // Everything is said before the connection is there.
  early(api, trace, place) {
    const peer = (socket) => socket.resume().on('end', () => socket.end('bye'));
    const options = { events: ['connect', 'end', 'drain', 'finish'] };
    return withClient(api, trace, place, options, peer, (client) => {
      trace.note(client.write('a', trace.called('written')));
      trace.note(client.write('b'));
      client.end('c', trace.called('ended'));
      trace.data('client', client);
    });
  },

  // The peer ends first; this side then does by itself.
  answered(api, trace, place) {
    return withClient(api, trace, place, {}, (socket) => socket.resume().end('welcome'), (client) =>
      trace.data('client', client));
  },

  // The same, and this side goes on.
  halfOpen(api, trace, place) {
    const peer = (socket) => socket.resume().end('welcome');
    return withClient(api, trace, place, { allowHalfOpen: true }, peer, (client) => {
      trace.data('client', client);
      client.on('end', () => setImmediate(() => client.end('later', trace.called('ended'))));
    });
  },

  // Paused before anything comes, resumed from a timer's turn.
  paused(api, trace, place) {
    const peer = (socket) => socket.resume().end('welcome');
    return withClient(api, trace, place, {}, peer, (client) => {
      client.pause();
      trace.data('client', client);
      client.on('connect', () =>
        setTimeout(() => {
          client.resume();
          trace.mark('resumed');
        }, 20));
    });
  },

  // There is no 'ready' after destroy(), which is one of the differences.
  destroyed(api, trace, place) {
    const options = { events: ['connect', 'end', 'finish'] };
    return withClient(api, trace, place, options, (socket) => socket.resume(), (client) => {
      client.on('connect', () => {
        client.write('x', trace.called('written'));
        client.destroy(new RangeError('enough'));
        client.destroy(new Error('too late'));
      });
    });
  },

  writtenAfterDestroy(api, trace, place) {
    const options = { events: ['connect', 'end', 'finish'] };
    return withClient(api, trace, place, options, (socket) => socket.resume(), (client) => {
      client.on('connect', () => {
        client.destroy();
        trace.note(client.write('x', trace.called('written')));
      });
    });
  },

  writtenAfterEnd(api, trace, place) {
    const options = { events: ['connect', 'end', 'finish'] };
    return withClient(api, trace, place, options, (socket) => socket.resume(), (client) => {
      client.on('connect', () => {
        client.end('x');
        trace.note(client.write('y', trace.called('written')));
      });
    });
  },

  // Nobody listens there.
  async refused(api, trace, place) {
    const server = await peerServer(place, () => {});
    const to = target(server, place);
    server.close();
    await once(server, 'close');
    const client = api.connect(to);
    trace.watch('client', client);
    await once(client, 'close');
  },

  // More than the system takes: the peer reads when write() has said that it is enough.
  async drained(api, trace, place) {
    let peer;
    let received = 0;
    const accepted = (socket) => {
      peer = socket;
      socket.on('end', () => socket.end());
    };
    await withClient(api, trace, place, {}, accepted, (client) => {
      client.on('connect', () => {
        trace.note(client.write(Buffer.alloc(8 << 20, 'x'), trace.called('written')));
        setImmediate(() => peer.on('data', (bytes) => (received += bytes.length)));
      });
      client.on('drain', () => client.end());
      client.resume();
    });
    trace.note(received);
  },

  server(api, trace, place) {
    return withServer(api, trace, place, {}, (socket) => {
      trace.data('socket', socket);
      trace.note(socket.write('hello', trace.called('written')));
    }, (client) => client.on('data', (bytes) => client.end(bytes)));
  },

  serverHalfOpen(api, trace, place) {
    return withServer(api, trace, place, { allowHalfOpen: true }, (socket) => {
      trace.data('socket', socket);
      socket.on('end', () => socket.end('bye', trace.called('ended')));
    }, (client) => client.resume().end('hello'));
  },

  serverPaused(api, trace, place) {
    return withServer(api, trace, place, { pauseOnConnect: true }, (socket) => {
      trace.data('socket', socket);
      setTimeout(() => {
        socket.resume();
        trace.mark('resumed');
      }, 20);
    }, (client) => client.resume().end('hello'));
  },

  serverDestroys(api, trace, place) {
    return withServer(api, trace, place, {}, (socket) => {
      socket.end('bye');
      socket.destroy();
    }, (client) => client.resume());
  },

  // The place is taken already; and a server that does not listen is closed.
  async inUse(api, trace, place) {
    const taken = await peerServer(place, () => {});
    const server = api.createServer(() => {});
    const at = place.path ? place : { ...place, port: taken.address().port };
    server.on('listening', () => trace.mark('listening'));
    server.listen(at);
    const error = await once(server, 'error');
    trace.error('server error', error);
    const port = String(taken.address().port);
    server.close(trace.called('closed'));
    await new Promise((done) => setImmediate(done));
    await new Promise((done) => taken.close(done));
    trace.lines = trace.lines.map((line) => line.replaceAll(port, 'PORT'));
  },
};

// Once both sides have ended weir tells 'finish' in the step behind 'end'; Node asks libuv for it
// first. The order of the events is the same, that of what they have left for later is not.
const looseFromEnd = new Set([
  'answered', 'halfOpen', 'paused', 'server', 'serverHalfOpen', 'serverPaused',
]);

// A connection to a path is there at once for libuv, and only in the next turn for weir.
const looseOnPath = new Set(['early']);

const isLater = (line) => /: (tick|promise|immediate)$/.test(line);

function loosen(lines) {
  const end = lines.findIndex((line) => / end$/.test(line));
  return lines.filter((line, at) => at <= end || !isLater(line));
}

// Runs one, and gives what it has noted. Ports are the system's choice, so a word stands for them.
async function record(name, api, place) {
  const trace = new Trace();
  await programs[name](api, trace, place);
  // What the last event has left for later.
  for (let turn = 0; turn < 3; turn++) await new Promise((done) => setImmediate(done));
  const lines = trace.lines.map((line) =>
    String(line).replace(/(127\.0\.0\.1[: ])\d+/g, '$1PORT'));
  if (place.path && looseOnPath.has(name))
    return lines.filter((line) => !line.endsWith(': immediate'));
  return looseFromEnd.has(name) ? loosen(lines) : lines;
}

module.exports = { names: Object.keys(programs), record };
