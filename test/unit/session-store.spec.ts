import { jest } from '@jest/globals';
import { SessionStore } from '../../client/src/session/session-store.js';

describe('the session of the page', () => {
  let requests: PromiseWithResolvers<Response>[];

  beforeEach(() => {
    jest.useFakeTimers();
    requests = [];
    jest.spyOn(globalThis, 'fetch').mockImplementation(() => {
      requests.push(Promise.withResolvers<Response>());
      return requests.at(-1)!.promise;
    });
  });
  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  const fail = async (): Promise<void> => {
    requests.at(-1)!.reject(new TypeError('The server cannot be reached.'));
    await jest.advanceTimersByTimeAsync(0);
  };
  const longAfter = (): Promise<void> => jest.advanceTimersByTimeAsync(120_000);

  it('is asked for again after a failure, until the page stops', async () => {
    const stop = new SessionStore().start();
    await fail();
    await longAfter();
    expect(requests).toHaveLength(2);
    await fail();
    stop();
    await longAfter();
    expect(requests).toHaveLength(2);
  });

  it('is not asked for again if the request fails after the page has stopped', async () => {
    const stop = new SessionStore().start();
    stop();
    await fail();
    await longAfter();
    expect(requests).toHaveLength(1);
  });
});
