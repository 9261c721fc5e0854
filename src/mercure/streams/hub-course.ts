import type { StreamCourse } from '@carillon/nestjs/internal';
import type { Response } from 'express';
import type { SubscriberConnection } from '../subscriptions/active-subscriptions.js';
import { inHeader } from './last-event-id.js';

const EARLIEST = 'earliest';
/** CR, LF and NUL would end or break a header. */
const UNSAFE = /[\r\n\0]/;

/** States how the stream of a subscriber starts, and tracks its subscriptions. */
export class HubCourse implements StreamCourse {
  constructor(
    private readonly lastEventId: string | undefined,
    private readonly isCompatible: boolean,
    private readonly connection: SubscriberConnection | undefined,
  ) {}

  opening(): Promise<void> {
    return this.connection?.open() ?? Promise.resolve();
  }

  /** `earliest` states that the event is unknown or no longer kept, so that updates may be missing. */
  starting(response: Response, { isReset }: { isReset: boolean }): void {
    if (this.lastEventId === undefined) return;
    const isKnown = !isReset && !UNSAFE.test(this.lastEventId);
    const value = isKnown ? inHeader(this.lastEventId) : EARLIEST;
    response.setHeader('Mercure-Last-Event-ID', value);
    if (this.isCompatible) response.setHeader('Last-Event-ID', value);
  }

  ended(): void {
    this.connection?.close();
  }
}
