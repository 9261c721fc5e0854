/** better-sse as its documentation shows: a session for each subscriber, registered with a channel. */
import { createChannel, createSession } from 'better-sse';
import { createServer } from 'node:http';
import { listen, readJson } from './peer.mjs';

const channel = createChannel();

listen(
  createServer(async (request, response) => {
    if (request.method === 'GET') {
      channel.register(await createSession(request, response));
      return;
    }
    channel.broadcast(await readJson(request), 'update');
    response.writeHead(201).end();
  }),
);
