/** What node can do without a frame: a frame built once, and one `response.write` for each subscriber. */
import { createServer } from 'node:http';
import { listen, readJson } from './peer.mjs';

/** @type {Set<import('node:http').ServerResponse>} */
const responses = new Set();

listen(
  createServer(async (request, response) => {
    if (request.method === 'GET') {
      response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' });
      response.write(':\n\n');
      responses.add(response);
      response.on('close', () => responses.delete(response));
      return;
    }
    const user = await readJson(request);
    const frame = Buffer.from(`event: update\ndata: ${JSON.stringify(user)}\n\n`);
    for (const open of responses) open.write(frame);
    response.writeHead(201).end();
  }),
);
