import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { DatabaseUnavailable } from '../../src/engine/errors.js';
import { OutageLog } from '../../src/engine/outage-log.js';

describe('the log of an outage', () => {
  let lines: unknown[];
  let log: OutageLog;

  beforeEach(() => {
    jest.useFakeTimers();
    lines = [];
    const logger = new Logger('Test');
    jest.spyOn(logger, 'error').mockImplementation((_, line) => lines.push(line));
    jest.spyOn(logger, 'log').mockImplementation((line) => lines.push(line));
    log = new OutageLog(logger, { begins: 'begins', ends: 'ends' });
  });
  afterEach(() => jest.useRealTimers());

  const outage = new DatabaseUnavailable('away');
  const seen = () => lines.splice(0);

  it('has a line for its start and one for its end, however often it is noticed', () => {
    log.succeeded();
    for (const _ of [1, 2, 3]) log.failed(outage);
    for (const _ of [1, 2]) log.succeeded();
    expect(seen()).toEqual(['begins', 'ends']);
    log.failed(outage);
    expect(seen()).toEqual(['begins']);
  });

  it('has a line for a fault during an outage', () => {
    for (const error of [outage, outage, new TypeError('a fault'), new TypeError('a fault')])
      log.failed(error);
    expect(seen()).toEqual(['begins', 'begins']);
  });

  it('has a line for each hour', () => {
    for (let minute = 0; minute < 150; minute++) {
      log.failed(outage);
      jest.advanceTimersByTime(60_000);
    }
    expect(seen()).toEqual(['begins', 'begins', 'begins']);
  });
});
