import 'reflect-metadata';
import {
  CarillonModule,
  type DomainEvent,
  type LoggedEvent,
  On,
  type PermissionChange,
  type PermissionRule,
  Streams,
  Subscription,
  type TopicMatcher,
  TopicSelectors,
  TransientEvents,
  UnitOfWork,
} from '@carillon/nestjs';
import { CarillonOptions, TopicViews } from '@carillon/nestjs/internal';
import { Controller, type INestApplication, Injectable, Module, Req, Sse } from '@nestjs/common';
import { CqrsModule, EventsHandler } from '@nestjs/cqrs';
import { NestFactory } from '@nestjs/core';
import type { Request } from 'express';
import type { AddressInfo } from 'node:net';
import { RawSubscriber } from '../../../../test/support/raw-subscriber.js';
import type { PublishedEvent } from '../../src/transaction/published-event.js';

/** Who opens a stream, and which matchers it names; none for everything that is granted. */
export interface Opening {
  readonly user?: string;
  /** Exact topics, or URL patterns if they contain `*` or `:`. */
  readonly grants?: readonly string[];
  readonly named?: readonly string[];
  readonly lastEventId?: string;
}

export const matcherFor = (pattern: string): TopicMatcher => ({
  kind: /.[*:]/.test(pattern) ? 'urlpattern' : 'exact',
  pattern,
});

const openingOf = (request: Request) => JSON.parse(request.get('X-Opening')!) as Opening;

/** An event that grants the topic `accounts/ada`, and ends the sessions of its user. */
export class AccountShared implements DomainEvent<{ userId: string }> {
  static readonly type = 'account.shared';
  readonly type = AccountShared.type;
  readonly topic = 'accounts';

  constructor(readonly data: { userId: string }) {}
}

/** What the handlers of the application have received. */
export const handled: string[] = [];

@Subscription('audit')
class Audit {
  @On(AccountShared, { transaction: false })
  handle({ data }: AccountShared): void {
    handled.push(`shared with ${data.userId}`);
  }

  @On('text', { transaction: false })
  handleText({ topic, data }: DomainEvent): void {
    handled.push(`${topic}: ${String(data)}`);
  }
}

@EventsHandler(AccountShared)
class Bus {
  handle({ data }: AccountShared): void {
    handled.push(`bus: shared with ${data.userId}`);
  }
}

@Injectable()
class OwnAccount implements PermissionRule {
  changeBy({ type, data }: LoggedEvent): PermissionChange | undefined {
    if (type !== AccountShared.type) return undefined;
    const { userId } = JSON.parse(data) as AccountShared['data'];
    return { userId, topic: 'accounts/ada', granted: true };
  }

  sessionEndedBy({ type, data }: LoggedEvent): string | undefined {
    return type === 'session.ended' ? (JSON.parse(data) as { id: string }).id : undefined;
  }

  async topicsOf(_: unknown, userId: string): Promise<ReadonlyMap<string, number>> {
    return new Map([[`accounts/${userId}`, 0]]);
  }
}

@Controller('events')
class EventsController {
  constructor(
    private readonly streams: Streams,
    private readonly views: TopicViews,
    private readonly options: CarillonOptions,
  ) {}

  @Sse()
  listen(@Req() request: Request) {
    const { named } = openingOf(request);
    const caller = this.options.caller(request);
    const view = named ? this.views.of(named.map(matcherFor), caller) : this.views.all(caller);
    return this.streams.open(view, request);
  }
}

const selectors = new TopicSelectors(new CarillonOptions());

function callerOf(request: Request) {
  const { user, grants } = openingOf(request);
  return user === undefined
    ? undefined
    : { id: user, grants: grants && selectors.of(grants.map(matcherFor)) };
}

const EVENT: PublishedEvent = {
  topics: [],
  type: 'event.published',
  data: '{}',
  format: 'json',
  private: true,
};

/** An application whose streams take matchers and grants from the request, and which publishes events on other topics. */
export class PublishingApplication {
  readonly #streams: RawSubscriber[] = [];

  private constructor(
    readonly app: INestApplication,
    private readonly port: number,
  ) {}

  static async start(database: string): Promise<PublishingApplication> {
    @Module({
      imports: [
        CqrsModule.forRoot(),
        CarillonModule.forRoot({ database, caller: callerOf }),
        CarillonModule.forFeature({
          name: 'accounts',
          topics: {
            accounts: { audience: 'granted', snapshot: '/accounts', events: [] },
            news: { audience: 'anyone', snapshot: '/news', events: [] },
          },
          permissions: OwnAccount,
        }),
      ],
      controllers: [EventsController],
      providers: [OwnAccount, Audit, Bus],
    })
    class AppModule {}

    const app = await NestFactory.create(AppModule, { logger: false });
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    return new PublishingApplication(app, port);
  }

  async subscribe({ lastEventId, ...opening }: Opening): Promise<RawSubscriber> {
    const stream = new RawSubscriber(this.port, '/events', {
      headers: {
        'X-Opening': JSON.stringify(opening),
        ...(lastEventId !== undefined && { 'Last-Event-ID': lastEventId }),
      },
    });
    this.#streams.push(stream);
    await stream.until(({ head }) => head !== '');
    if (stream.status === 200) await stream.opened();
    return stream;
  }

  /** Publishes events in one transaction. */
  async publish(...events: Partial<PublishedEvent>[]): Promise<void> {
    await this.app.get(UnitOfWork, { strict: false }).run(async (tx) => {
      for (const event of events) tx.publish({ ...EVENT, ...event });
    });
  }

  /** Records an event of a feature, which ends what `received` waits for. */
  async record(topic: string, data: object): Promise<void> {
    await this.app
      .get(UnitOfWork, { strict: false })
      .run(async (tx) => tx.record({ topic, type: 'event.published', data }));
  }

  /** Records the event that grants the topic `accounts/ada` to a user. */
  async share(userId: string): Promise<void> {
    await this.app
      .get(UnitOfWork, { strict: false })
      .run(async (tx) => tx.record(new AccountShared({ userId })));
  }

  get transient(): TransientEvents {
    return this.app.get(TransientEvents, { strict: false });
  }

  async closeStreams(): Promise<void> {
    await Promise.all(this.#streams.splice(0).map((stream) => stream.close()));
  }

  async stop(): Promise<void> {
    await this.closeStreams();
    await this.app.close();
  }
}
