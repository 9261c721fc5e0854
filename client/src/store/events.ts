import type { EventsOf } from '../api/api.js';

/** The data of each event of the stream, by name. */
export type EventData = Omit<EventsOf<'subscribeToEvents'>, 'heartbeat' | 'reset'>;

export type EventName = keyof EventData;

/** `position` is the event's position in the log. */
export type StreamEvent = {
  readonly [Name in EventName]: {
    readonly name: Name;
    readonly data: EventData[Name];
    readonly position: number;
  };
}[EventName];
