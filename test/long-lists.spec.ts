import { connect } from 'node:net';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { CarillonProcess } from './support/process.js';
import { createUser } from './support/requests.js';

const USERS = 1000;

describe('long lists', () => {
  let carillon: CarillonProcess;

  beforeAll(async () => {
    carillon = await CarillonProcess.start({ TRUST_PROXY: 'loopback' });
    for (let n = 0; n < USERS; n += 100)
      await Promise.all(
        Array.from({ length: 100 }, () => createUser(carillon.url, 'Ada', 'x'.repeat(60))),
      );
  });
  afterAll(async () => {
    await carillon.kill();
    rmSync(carillon.folder, { recursive: true });
  });

  const read = async (address: string, limit = USERS, method = 'GET') => {
    const response = await fetch(`${carillon.url}/api/users?limit=${limit}`, {
      method,
      headers: { 'X-Forwarded-For': address },
    });
    const body: unknown = method === 'GET' ? await response.json() : undefined;
    return { status: response.status, retryAfter: response.headers.get('retry-after'), body };
  };

  it('are read in turns by network, however many one of them requests', async () => {
    const order: string[] = [];
    const ask = (address: string) => read(address).then(() => order.push(address));
    const many = Array.from({ length: 100 }, () => ask('192.0.2.1'));
    await ask('192.0.2.2');
    expect(order.length).toBeLessThan(50);
    await Promise.all(many);
    expect(order).toHaveLength(101);
  });

  it.each(['GET', 'HEAD'])(
    'are refused to %s if too many are waiting, but short ones are not',
    async (method) => {
      const many = Array.from({ length: 300 }, () => read('192.0.2.1', USERS, method));
      const short = await read('192.0.2.1', 100);
      expect(short.status).toBe(200);
      expect(short.body).toHaveLength(100);
      const answers = await Promise.all(many);
      const refused = answers.filter(({ status }) => status === 503);
      expect(refused.length).toBeGreaterThan(0);
      expect(new Set(refused.map(({ retryAfter }) => retryAfter))).toEqual(new Set(['1']));
      expect(answers.filter(({ status }) => status === 200).length + refused.length).toBe(300);
    },
  );

  it('continue while a client does not read its response, and after one has disconnected', async () => {
    const sockets = Array.from({ length: 10 }, () => connect(carillon.port, '127.0.0.1'));
    for (const socket of sockets) {
      await once(socket, 'connect');
      socket.pause().on('error', () => undefined);
      socket.write(`GET /api/users?limit=${USERS} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    }
    expect((await read('192.0.2.1')).status).toBe(200);
    for (const socket of sockets) socket.destroy();
    expect((await read('192.0.2.1')).status).toBe(200);
  });
});
