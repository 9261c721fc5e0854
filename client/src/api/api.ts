import type { components, operations } from './schema.js';

/** A body of the API, by its name in the description. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];

type Frame<Stream extends keyof operations> =
  operations[Stream]['responses'][200]['content']['text/event-stream'];

/** The data of a stream's events, by the names of the events; those of other programs have any name. */
export type EventsOf<Stream extends keyof operations> = {
  readonly [
    Event in Extract<Frame<Stream>, { event: string }> as string extends Event['event']
      ? never
      : Event['event']
  ]: Event['data'];
};
