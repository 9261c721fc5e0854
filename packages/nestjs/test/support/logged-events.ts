import type { LoggedEvent } from '../../src/log/event-log.js';

/** Events at the positions from `from` to `to`. */
export const loggedEvents = (from: number, to: number, data = 'd'.repeat(100)): LoggedEvent[] =>
  Array.from({ length: to - from + 1 }, (_, index) => ({
    position: from + index,
    topic: 't',
    topics: null,
    type: 'x',
    data,
    format: 'json',
    actor: null,
    at: '',
    private: 1,
    public_id: null,
    xid: null,
    retry: null,
    subject: null,
    redacts: null,
  }));
