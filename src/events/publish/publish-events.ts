import {
  type Publication,
  type PublishedEvent,
  TransientEvents,
  UnitOfWork,
} from '@carillon/nestjs';
import { EventFeed, formatCursor } from '@carillon/nestjs/internal';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { EventToPublish } from './new-event.js';

/** The cursors of published events, in their order; `null` for a transient event. */
export type Cursors = () => readonly (string | null)[];

/** Publishes events of a caller who may do so. The stored ones are recorded together or not at all. */
export class PublishEvents extends Command<Cursors> {
  constructor(
    readonly callerId: string,
    readonly events: readonly EventToPublish[],
    /** With which a repeat of the request finds the events; `undefined` without `Idempotency-Key`. */
    readonly publicationId: string | undefined,
  ) {
    super();
  }
}

/** The subject of events that one request has published. */
export const publicationSubject = (id: string): string => `publication/${id}`;

@CommandHandler(PublishEvents)
export class PublishEventsHandler implements ICommandHandler<PublishEvents> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly transientEvents: TransientEvents,
    private readonly feed: EventFeed,
  ) {}

  /** The positions exist when the transaction has committed, which may be that of an `Idempotency-Key`. */
  async execute({ callerId, events, publicationId }: PublishEvents): Promise<Cursors> {
    const subject = publicationId && publicationSubject(publicationId);
    const stored = events.filter((event) => !event.transient);
    const transient = events.filter((event) => event.transient);
    if (stored.length === 0) {
      for (const event of transient) await this.transientEvents.send(event);
      return () => events.map(() => null);
    }
    const publications = await this.#record(stored, transient, callerId, subject);
    return () => {
      const rest = publications.values();
      return events.map(({ transient }) => (transient ? null : this.#cursorOf(rest.next().value!)));
    };
  }

  /** The transient events leave with the commit: a later error would make the publisher repeat the stored ones. */
  #record(
    stored: readonly EventToPublish[],
    transient: readonly EventToPublish[],
    callerId: string,
    subject: string | undefined,
  ): Promise<Publication[]> {
    return this.work.run(async (tx) => {
      const publications = stored.map((event) => tx.publish(published(event, subject), callerId));
      tx.onCommit(() => {
        const { position } = publications.at(-1)!;
        for (const event of transient) this.transientEvents.sendAfter(position, event);
      });
      return publications;
    });
  }

  #cursorOf({ position }: Publication): string {
    return formatCursor({ epoch: this.feed.epoch, position });
  }
}

const published = (event: EventToPublish, subject: string | undefined): PublishedEvent => ({
  topics: event.topics,
  type: event.type,
  data: JSON.stringify(event.data),
  format: 'json',
  private: event.private,
  publicId: event.id,
  subject,
});
