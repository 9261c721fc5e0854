import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { Periodic } from '../src/periodic.js';

describe('periodic work', () => {
  afterEach(() => jest.restoreAllMocks());

  it('is done again and again, one round at a time, also after a round that failed', async () => {
    const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    let rounds = 0;
    let atOnce = 0;
    let mostAtOnce = 0;
    const periodic = new Periodic('Test', 5, async () => {
      rounds++;
      mostAtOnce = Math.max(mostAtOnce, ++atOnce);
      await sleep(15);
      atOnce--;
      if (rounds === 2) throw new Error('once');
    });
    periodic.start();
    while (rounds < 4) await sleep(5);
    await periodic.stop();
    expect(atOnce).toBe(0);
    expect(mostAtOnce).toBe(1);
    expect(logged).toHaveBeenCalledTimes(1);

    const after = rounds;
    await sleep(40);
    expect(rounds).toBe(after);
  });
});
