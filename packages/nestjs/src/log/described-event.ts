import type { Type } from '@nestjs/common';
import type { DomainEvent } from '../transaction/domain-event.js';

/** An event of a stream, as the API's descriptions have it. */
export interface DescribedEvent {
  readonly type: string;
  /** When it is sent, in Markdown. */
  readonly description: string;
  /** The class whose `@ApiProperty` decorators are the schema of the event's data. */
  readonly data: Type;
  /** Without an `id`, and not stored. */
  readonly isTransient?: boolean;
}

/** A class of events; its constructor may be private. */
interface EventClass<T> {
  readonly type: string;
  readonly prototype: DomainEvent<T>;
}

/** Declares the schema of an event's data: that of a class with the same properties, so that REST and events agree. */
export const describeEvent = <T>(
  { type }: EventClass<T>,
  data: Type<T>,
  description: string,
): DescribedEvent => ({ type, data, description });
