import express, { type Express } from 'express';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PinoLogger } from 'nestjs-pino';
import { __resetOutOfContextForTests as forgetLogger } from '../node_modules/nestjs-pino/dist/esm/PinoLogger.js';
import { readConfig } from '../src/config.js';
import { loggingOptions } from '../src/http/logging.js';
import { inOneStep } from '../src/http/pipeline.js';
import { identify } from '../src/http/request-id.js';
import { RequestLog } from '../src/http/request-log.js';
import { RequestStatistics } from '../src/http/request-statistics.js';
import { until } from './support/wait.js';

const lines: Record<string, unknown>[] = [];
// All loggers of a process share the first one.
forgetLogger();
const { pinoHttp } = loggingOptions(readConfig({ LOG_LEVEL: 'info' }));
const logger = new PinoLogger({
  pinoHttp: [pinoHttp as object, { write: (line: string) => lines.push(JSON.parse(line)) }],
});

function application(): Express {
  const { observe, enter } = new RequestLog(logger, new RequestStatistics());
  return express()
    .use(inOneStep(identify, observe, enter))
    .get('/health/live', (_request, response) => void response.end())
    .get('/works', (_request, response) => {
      setImmediate(() => {
        logger.warn('Something is odd.');
        response.end();
      });
    })
    .get('/fails', (_request, response) => {
      response.err = new Error('The disk is full.');
      response.status(503).end();
    })
    .get('/hangs', () => undefined);
}

describe('the log of requests', () => {
  let server: Server;
  let url: string;

  beforeAll(async () => {
    server = application().listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => void lines.splice(0));
  afterAll(() => {
    server.close();
    forgetLogger();
  });

  const ask = (path: string, signal?: AbortSignal) =>
    fetch(url + path, { headers: { 'X-Request-Id': 'mine' }, signal: signal ?? null });
  const found = (count: number) => until(() => lines.length >= count);

  it('has one line for each request, and the lines in between name the request, too', async () => {
    await ask('/works?secret=1');
    await found(2);
    const req = { id: 'mine', method: 'GET', path: '/works' };
    expect(lines).toEqual([
      expect.objectContaining({ level: 40, msg: 'Something is odd.', req }),
      expect.objectContaining({
        level: 30,
        msg: 'request completed',
        req,
        res: { statusCode: 200 },
        responseTime: expect.any(Number),
      }),
    ]);
  });

  it('has the reason of a failure, and no stack', async () => {
    await ask('/fails');
    await found(1);
    expect(lines[0]).toMatchObject({
      level: 50,
      msg: 'request errored',
      reason: 'The disk is full.',
      res: { statusCode: 503 },
    });
    expect(lines[0]).not.toHaveProperty('err');
  });

  it('says when a client has disconnected before the response', async () => {
    const abort = new AbortController();
    const answer = ask('/hangs', abort.signal);
    await once(server, 'request');
    abort.abort();
    await expect(answer).rejects.toThrow('aborted');
    await found(1);
    expect(lines[0]).toMatchObject({ msg: 'request aborted' });
  });

  it('skips health checks', async () => {
    await ask('/health/live');
    await ask('/works');
    await found(2);
    expect(lines.map(({ req }) => (req as { path: string }).path)).toEqual(['/works', '/works']);
  });
});
