import { EventLog } from '@carillon/nestjs';
import { EventFeed, formatCursor } from '@carillon/nestjs/internal';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Problem } from '../../http/problems.js';
import { READ_BODY } from '../../http/validation.js';
import { MAX_EVENTS, PublishBody } from './publish-body.js';
import { publicationSubject } from './publish-events.js';
import { PublishedEvents } from './published-events.js';

/** Finds the events that an earlier request with the same `Idempotency-Key` has published. */
export class FindPublication extends Query<PublishedEvents> {
  constructor(
    readonly publicationId: string,
    readonly body: unknown,
  ) {
    super();
  }
}

@QueryHandler(FindPublication)
export class FindPublicationHandler implements IQueryHandler<FindPublication> {
  constructor(
    private readonly log: EventLog,
    private readonly feed: EventFeed,
  ) {}

  async execute({ publicationId, body }: FindPublication): Promise<PublishedEvents> {
    const { events, isList } = PublishBody[READ_BODY](body);
    const subject = publicationSubject(publicationId);
    const found = (await this.log.ofSubject(subject, 0, MAX_EVENTS)).values();
    const ids = events.map(({ transient }) => {
      if (transient) return null;
      const event = found.next().value;
      if (event) return formatCursor({ epoch: this.feed.epoch, position: event.position });
      throw new Problem('not-found', 'The events were published, and are no longer kept.');
    });
    return new PublishedEvents(() => ids, isList);
  }
}
