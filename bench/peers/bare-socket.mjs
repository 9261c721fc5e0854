/** The floor: the same bytes straight to each socket, past node's HTTP. What is left is the price of a write. */
import { createServer } from 'node:http';
import { listen, readJson } from './peer.mjs';

const HEAD =
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\nConnection: close\r\n\r\n:\n\n';

/** @type {Set<import('node:net').Socket>} */
const sockets = new Set();

listen(
  createServer(async (request, response) => {
    if (request.method === 'GET') {
      const { socket } = request;
      response.detachSocket(socket);
      socket.write(HEAD);
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      return;
    }
    const user = await readJson(request);
    const frame = Buffer.from(`event: update\ndata: ${JSON.stringify(user)}\n\n`);
    for (const socket of sockets) socket.write(frame);
    response.writeHead(201).end();
  }),
);
