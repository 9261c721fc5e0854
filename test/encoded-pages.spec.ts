import { EncodedPages } from '../packages/nestjs/src/stream/encoded-pages.js';
import { EventEncoder } from '../packages/nestjs/src/stream/event-encoder.js';
import type { LoggedEvent } from '../packages/nestjs/src/log/event-log.js';

const eventAt = (position: number): LoggedEvent => ({
  position,
  topic: 'users',
  topics: null,
  type: 'user.updated',
  data: '{}',
  format: 'json',
  actor: null,
  at: '2026-11-27T00:00:00.000Z',
  private: 1,
  public_id: null,
  xid: null,
  retry: null,
  subject: null,
  redacts: null,
});

describe('encoding events', () => {
  const encoder = new EventEncoder('test', ({ type, data }) => ({ type, data }));

  it('frames a changed copy of an event again', () => {
    const event = eventAt(1);

    expect(encoder.frame(event, 'epoch')).toContain('data: {}');

    expect(encoder.frame({ ...event, data: '{"a":1}' }, 'epoch')).toContain('data: {"a":1}');
  });

  it('keeps the page of a replay from its second reader on', () => {
    const pages = new EncodedPages(1_000_000);
    const events = [eventAt(1), eventAt(2)];

    const [first, second, third] = [1, 2, 3].map(() => pages.of(encoder, events, 'epoch'));

    expect(second).not.toBe(first);
    expect(third).toBe(second);
  });
});
