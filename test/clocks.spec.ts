import { Streams, UnitOfWork } from '@carillon/nestjs';
import { jest } from '@jest/globals';
import { type RunningApplication, startApplication } from './support/application.js';
import { subscribe } from './support/raw-subscriber.js';
import { anEvent } from './support/log.js';
import { until } from './support/wait.js';

describe('the clocks of streams', () => {
  let application: RunningApplication;
  const start = async (environment: Record<string, string>) =>
    (application = await startApplication(environment));
  const turnBack = (milliseconds: number) => {
    const now = Date.now.bind(Date);
    jest.spyOn(Date, 'now').mockImplementation(() => now() - milliseconds);
  };

  afterEach(async () => {
    jest.restoreAllMocks();
    await application.stop();
  });

  it('let no heartbeat come before its time, on an empty log either', async () => {
    const { port } = await start({ STREAM_HEARTBEAT: '1s' });
    const began = performance.now();
    const stream = await subscribe(port, '/api/events');
    await stream.receives(2, 'heartbeat');
    expect(performance.now() - began).toBeGreaterThan(1990);
    await stream.close();
  });

  it('go on with heartbeats and lifetimes when the clock is set back', async () => {
    const { port } = await start({ STREAM_HEARTBEAT: '100ms', STREAM_LIFETIME: '2s' });
    const stream = await subscribe(port, '/api/events');
    await stream.receives(1, 'heartbeat');
    turnBack(3_600_000);
    await stream.receives(3, 'heartbeat');
    await stream.until(({ ended }) => ended);
    expect(stream.body).toMatch(/\nretry: \d+\n\n$/);
  });

  it('cut off a stream that takes nothing when the clock is set back', async () => {
    const { port, app } = await start({ STREAM_STALL_TIMEOUT: '3s' });
    const stream = await subscribe(port, '/api/users/event');
    stream.socket.pause();
    for (let round = 0; round < 60; round++)
      await app.get(UnitOfWork, { strict: false }).run(async (tx) => {
        for (let n = 0; n < 100; n++) tx.record(anEvent({ filling: 'x'.repeat(2000) }));
      });
    const streams = app.get(Streams, { strict: false });
    // Its socket is full by now, and the time since then is measured.
    turnBack(3_600_000);
    await until(() => streams.size === 0);
    expect(streams.size).toBe(0);
    await stream.close();
  });
});
