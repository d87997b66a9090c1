// Node as a peer of a program under test, which checks what is printed here.
//
//   node node_peer.js client PORT|PATH CONVERSATION
//   node node_peer.js server 0|PATH CONVERSATION      prints the port or the path when it listens
//
// At the end of the one connection it prints what it was told on it.
'use strict';

const net = require('node:net');

const MANY = 100000;
const [role, target, name] = process.argv.slice(2);

// As net_byte() of the tests.
const byteAt = (at) => (at * 31 + (at >> 8) * 7 + (at >> 16)) & 255;
const pattern = (length) => Buffer.from(Array.from({ length }, (_, at) => byteAt(at)));

const conversations = {
  // Sends, waits until everything is back, ends.
  send(socket) {
    let received = 0;
    socket.write(pattern(MANY));
    socket.on('data', (bytes) => {
      received += bytes.length;
      if (received >= MANY) socket.end();
    });
  },
  // Sends back, and ends when the other side has.
  echo(socket) {
    socket.on('data', (bytes) => socket.write(bytes));
    socket.on('end', () => socket.end());
  },
  // The other side ends first; it gets its bytes then.
  answer(socket) {
    socket.on('end', () => socket.end(pattern(MANY)));
  },
  // Ends first, and receives then.
  ask(socket) {
    socket.end();
  },
  // Resets the connection when a byte has come.
  reset(socket) {
    socket.once('data', () => socket.resetAndDestroy());
  },
  // Sends a byte, upon which the other side resets.
  wait(socket) {
    socket.write(pattern(1));
  },
};

function watch(socket) {
  const told = [];
  let received = 0;
  let wrong = 'no';
  socket.on('data', (bytes) => {
    for (const byte of bytes) if (byte !== byteAt(received++)) wrong = 'a';
  });
  socket.on('end', () => told.push('end'));
  socket.on('error', (error) => told.push(error.code));
  socket.on('close', () =>
    console.log(`${received} bytes, ${wrong} wrong one: ${told.join(' ') || 'nothing'}`));
  conversations[name](socket);
}

const isPort = /^\d+$/.test(target);
const place = isPort ? { port: Number(target), host: '127.0.0.1' } : { path: target };
if (role === 'client') {
  const socket = net.connect({ ...place, allowHalfOpen: true }, () => watch(socket));
} else {
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    server.close();
    watch(socket);
  });
  server.listen(place, () => console.log(isPort ? server.address().port : target));
}
