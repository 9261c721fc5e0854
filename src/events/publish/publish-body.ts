import { limitBodiesOf } from '../../http/bodies.js';
import { Problem } from '../../http/problems.js';
import { READ_BODY } from '../../http/validation.js';
import { mistakesIn } from './event-mistakes.js';
import type { EventToPublish, NewEvent } from './new-event.js';

/** Events of one request. */
export const MAX_EVENTS = 100;
/** Errors that a problem document lists. */
const MAX_ERRORS = 20;

/** Data may have more values than the bodies of other routes, since nothing reads them one by one. */
export const BODY_LIMITS = { bytes: 1024 * 1024, values: 200_000 };
limitBodiesOf('/api/events', BODY_LIMITS);

/** One event, or a list of events that are recorded together. */
export class PublishBody {
  private constructor(
    readonly events: readonly EventToPublish[],
    readonly isList: boolean,
  ) {}

  /** @throws Problem `validation-failed` */
  static [READ_BODY](body: unknown): PublishBody {
    if (!Array.isArray(body))
      return new PublishBody(
        readAll([body], () => '#'),
        false,
      );
    if (body.length === 0 || body.length > MAX_EVENTS)
      throw new Problem(
        'validation-failed',
        `The list has ${body.length} events. It must have 1 to ${MAX_EVENTS}.`,
      );
    return new PublishBody(
      readAll(body, (index) => `#/${index}`),
      true,
    );
  }
}

function readAll(bodies: readonly unknown[], pointerTo: (index: number) => string) {
  const errors = bodies.flatMap((body, index) => mistakesIn(body, pointerTo(index)));
  if (errors.length === 0) return (bodies as NewEvent[]).map(eventOf);
  const shown = errors.slice(0, MAX_ERRORS);
  const detail = shown.map(({ pointer, detail }) => `${nameOf(pointer!)} ${detail}`);
  const others = errors.length - shown.length;
  const rest = others > 0 ? ` There are ${others} more errors.` : '';
  throw new Problem('validation-failed', `${detail.join('; ')}.${rest}`, { errors: shown });
}

const eventOf = ({ topic, ...event }: NewEvent): EventToPublish => ({
  topics: [topic].flat(),
  type: event.type,
  data: event.data,
  private: event.private ?? true,
  transient: event.transient ?? false,
  id: event.id,
});

/** What an error calls the body, an item of a list, or a property. */
function nameOf(pointer: string): string {
  const path = pointer.slice(2);
  if (path === '') return 'The body';
  return /^\d+$/.test(path) ? `item ${path}` : path;
}
