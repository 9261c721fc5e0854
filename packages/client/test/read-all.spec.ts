import type { ServerResponse } from 'node:http';
import { FollowError } from '../src/index.js';
import { readAll } from '../src/read-all.js';
import { Impostor } from './support/impostor.js';

const servers: Impostor[] = [];

afterEach(() => servers.splice(0).forEach((server) => server.stop()));

const start = async (answer: Parameters<typeof Impostor.start>[0]): Promise<Impostor> => {
  const server = await Impostor.start(answer);
  servers.push(server);
  return server;
};

const page = (response: ServerResponse, number: number, next?: string): void => {
  const link = next === undefined ? {} : { Link: `<${next}>; rel="next"` };
  response.writeHead(200, { 'Last-Event-ID': `e-${number}`, ...link }).end(`[${number}]`);
};

const request = {
  signal: new AbortController().signal,
  headers: { Authorization: 'Bearer secret' },
};

describe('the pages of a stored list', () => {
  it('are read with the token, and the cursor is that of the first', async () => {
    const server = await start((response, count) =>
      page(response, count, count < 3 ? '/events?after=x' : undefined),
    );
    expect(await readAll(server.url, request, {})).toEqual({ items: [1, 2, 3], cursor: 'e-1' });
    const tokens = server.requests.map(({ headers }) => headers.authorization);
    expect(tokens).toEqual(Array(3).fill('Bearer secret'));
  });

  it('are not read from another origin, which would receive the token', async () => {
    const foreign = await start((response) => page(response, 2));
    const server = await start((response) => page(response, 1, foreign.url));
    const error = await readAll(server.url, request, {}).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(FollowError);
    expect(error).toMatchObject({
      code: 'snapshot',
      message: `The header Link of ${server.url} names another origin, which must not receive the token: ${foreign.url}`,
    });
    expect(foreign.requests).toEqual([]);
  });
});
