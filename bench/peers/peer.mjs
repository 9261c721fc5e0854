import { buffer } from 'node:stream/consumers';

/** @param {import('node:http').Server} server */
export function listen(server) {
  server.listen(Number(process.env.PORT), '127.0.0.1', 4096);
}

/** @param {import('node:http').IncomingMessage} request */
export async function readJson(request) {
  return JSON.parse((await buffer(request)).toString());
}
