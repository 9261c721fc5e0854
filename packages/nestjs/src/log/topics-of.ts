import type { AddressedEvent } from './event-log.js';

type Topics = Pick<AddressedEvent, 'topic' | 'topics'>;

const parsed = new WeakMap<Topics, readonly string[]>();

/** All topics of an event; the first is its `topic`. Almost all events have one only, which costs no parsing. */
export function topicsOf(event: Topics): readonly string[] {
  if (event.topics === null) return [event.topic];
  let topics = parsed.get(event);
  if (!topics) parsed.set(event, (topics = JSON.parse(event.topics) as string[]));
  return topics;
}
