/** An attacker: a process of its own, at an address of its own, that sends one kind of request until it is killed. */
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** Loopback as well, but not the address of the honest clients. */
const ADDRESS = '127.0.0.2';

/**
 * @typedef {object} Attack
 * @property {number} port
 * @property {number} connections
 * @property {string} method
 * @property {string} path
 * @property {Record<string, string>} [headers]
 * @property {unknown} [body] sent as JSON
 * @property {number} [streams] ms for which each response is read before the connection is closed; else to its end
 */

process.on('message', (/** @type {Attack} */ attack) => {
  const agent = new Agent({ keepAlive: true, localAddress: ADDRESS, maxSockets: Infinity });
  const body = attack.body === undefined ? undefined : JSON.stringify(attack.body);
  for (let n = 0; n < attack.connections; n++) void repeat(attack, agent, body);
});
process.on('disconnect', () => process.exit());

/**
 * @param {Attack} attack
 * @param {Agent} agent
 * @param {string | undefined} body
 */
async function repeat(attack, agent, body) {
  for (;;) {
    const sent = await once(attack, agent, body).catch(() => false);
    if (!sent) await sleep(100);
  }
}

/**
 * @param {Attack} attack
 * @param {Agent} agent
 * @param {string | undefined} body
 * @returns {Promise<boolean>} whether it was let in
 */
function once({ port, method, path, headers, streams }, agent, body) {
  return new Promise((resolve, reject) => {
    const asked = request({
      port,
      method,
      path,
      host: '127.0.0.1',
      agent,
      headers: { ...(body !== undefined && { 'Content-Type': 'application/json' }), ...headers },
    });
    asked.on('error', reject);
    asked.on('response', (response) => {
      response.resume();
      if (streams !== undefined) setTimeout(() => response.destroy(), streams);
      // Refused: a little later again, as fast as an attacker could, but without measuring the attacker.
      response.on('close', () => resolve((response.statusCode ?? 500) < 400));
    });
    asked.end(body);
  });
}
