import { jest } from '@jest/globals';
import { Chunk } from '../../src/stream/chunk.js';
import { EncodedPages } from '../../src/stream/encoded-pages.js';
import { EventEncoder } from '../../src/stream/event-encoder.js';
import { loggedEvents } from '../support/logged-events.js';

describe('encoded pages', () => {
  it('count the events that they keep as well as the bytes made of them', () => {
    const form = new EventEncoder('small', ({ type, data }) => ({ type, data }));
    const encodings = jest.spyOn(Chunk, 'of');
    // Of events so small, the objects take far more than their frames.
    const pages = new EncodedPages(20_000);
    const [one, two, three] = [
      loggedEvents(1, 10, '{}'),
      loggedEvents(11, 20, '{}'),
      loggedEvents(21, 30, '{}'),
    ];
    // A page is kept from its second reader on.
    for (const page of [one, one, two, two, three, three]) pages.of(form, page, 'e');
    expect(pages.of(form, three, 'e')).toBe(pages.of(form, three, 'e'));
    expect(encodings).toHaveBeenCalledTimes(6);
    pages.of(form, one, 'e');
    expect(encodings).toHaveBeenCalledTimes(7);
    encodings.mockRestore();
  });
});
