import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Periodic } from '../../src/engine/periodic.js';

describe('periodic work', () => {
  let rounds: PromiseWithResolvers<void>[];
  let periodic: Periodic;
  const work = (): Promise<void> => {
    const round = Promise.withResolvers<void>();
    rounds.push(round);
    return round.promise;
  };

  beforeEach(() => {
    jest.useFakeTimers();
    rounds = [];
    periodic = new Periodic('Test', 100, work);
    periodic.start();
  });
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  it('begins a round each time, and not while the round before it lasts', async () => {
    await jest.advanceTimersByTimeAsync(350);
    expect(rounds).toHaveLength(1);
    rounds[0]!.resolve();
    await jest.advanceTimersByTimeAsync(100);
    expect(rounds).toHaveLength(2);
  });

  it('goes on after rounds that failed, and logs when they begin to fail and when they succeed again', async () => {
    const lines: unknown[] = [];
    jest.spyOn(Logger.prototype, 'error').mockImplementation((_, line) => lines.push(line));
    jest.spyOn(Logger.prototype, 'log').mockImplementation((line) => lines.push(line));
    for (const end of ['reject', 'reject', 'resolve', 'resolve', 'reject'] as const) {
      await jest.advanceTimersByTimeAsync(100);
      rounds.at(-1)![end]();
    }
    await jest.advanceTimersByTimeAsync(100);
    expect(rounds).toHaveLength(6);
    const [fails, works] = [/failed/, /succeeded again/].map((line) => expect.stringMatching(line));
    expect(lines).toEqual([fails, works, fails]);
  });

  it('ends with the round that runs, and begins no other', async () => {
    await jest.advanceTimersByTimeAsync(100);
    let stopped = false;
    const stop = periodic.stop().then(() => (stopped = true));
    await jest.advanceTimersByTimeAsync(1000);
    expect(stopped).toBe(false);
    rounds[0]!.resolve();
    await stop;
    await jest.advanceTimersByTimeAsync(1000);
    expect(rounds).toHaveLength(1);
  });
});
