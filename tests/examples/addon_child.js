// What addon_test.js runs in a process or in a worker of its own: node addon_child.js WEIR_JS NAME
//
// Each tells the port it listens on, on its standard output or to whoever started the worker, and
// is talked to there.
'use strict';

const net = require('node:net');
const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads');

const [library, name] = isMainThread ? process.argv.slice(2) : workerData;
const tell = (value) => (isMainThread ? console.log(value) : parentPort.postMessage(value));
const host = '127.0.0.1';

// A server that does the same for each connection, and the port told when it listens.
function serve(weir, onConnection) {
  const server = weir.createServer(onConnection);
  server.listen({ port: 0, host }, () => tell(server.address().port));
  return server;
}

const children = {
  // Nothing but the server holds the process, and nothing at all when a connection has ended.
  serveOne(weir) {
    const server = serve(weir, (socket) => {
      socket.on('data', (bytes) => socket.write(bytes));
      socket.on('end', () => server.close());
    });
  },

  // Neither a server nor connections that are unreferenced hold it; timers and all that stay open.
  unreferenced(weir) {
    const server = serve(weir, (socket) => socket.unref());
    server.on('listening', () => {
      weir.connect({ port: server.address().port, host }, function () {
        this.unref();
        server.unref();
      });
    });
  },

  // What a handler throws and nobody catches ends the process.
  uncaught(weir) {
    serve(weir, (socket) => {
      socket.on('data', () => {
        throw new TypeError('thrown in a handler');
      });
    });
  },

  exits(weir) {
    serve(weir, (socket) => socket.on('data', () => process.exit(3)));
  },

  echoes(weir) {
    serve(weir, (socket) => {
      socket.on('data', (bytes) => socket.write(bytes));
      socket.on('error', () => {});
    });
  },

  // For terminate() inside a handler.
  loops(weir) {
    serve(weir, (socket) => {
      socket.on('data', () => {
        tell('looping');
        for (;;);
      });
    });
  },

  // A look-up is on its way, bytes wait to be sent, and the worker ends.
  hastens(weir) {
    const server = serve(weir, (socket) => socket.pause());
    server.on('listening', () => {
      const { port } = server.address();
      weir.connect({ port, host }, function () {
        this.write(Buffer.alloc(16 << 20), () => {});
        weir.connect({ port, host: 'localhost' });
        process.exit(0);
      });
    });
  },

  // Only a worker has the add-on. A thread that has looked a name up is still there when the worker
  // is not, so the add-on must be.
  stays() {
    const worker = new Worker(__filename, { workerData: [library, 'looksUp'] });
    worker.on('exit', (code) => {
      const loaded = process.report.getReport().sharedObjects;
      tell(`${code} ${loaded.some((file) => file.endsWith('addon.node'))}`);
    });
  },
  looksUp(weir) {
    const server = net.createServer((socket) => socket.end());
    server.listen({ port: 0, host: 'localhost' }, () => {
      const client = weir.connect({ port: server.address().port, host: 'localhost' });
      client.resume().on('close', () => server.close());
    });
  },
};

children[name](name === 'stays' ? null : require(library));
