import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { RegisteredTopics } from '../database/registered-topics.js';
import { FindsView } from './asked-view.js';
import { ClosingFrame } from './closing-frame.js';
import { Ephemerals } from './ephemerals.js';
import { EventFeed } from './event-feed.js';
import { EventLog } from './event-log.js';
import { EventsController } from './events.controller.js';
import { FactDispatcher } from './fact-dispatcher.js';
import { Retention } from './retention.js';
import { Rights } from './rights.js';
import { Streams } from './streams.js';
import { Topics } from './topics.js';
import { Turns } from './turns.js';

/** The log, the feed and the stream. The only folder that knows Server-Sent Events. */
@Global()
@Module({
  imports: [DiscoveryModule],
  controllers: [EventsController],
  providers: [
    ClosingFrame,
    FindsView,
    Ephemerals,
    EventLog,
    EventFeed,
    FactDispatcher,
    Retention,
    Rights,
    Streams,
    Topics,
    { provide: RegisteredTopics, useExisting: Topics },
    Turns,
  ],
  exports: [
    ClosingFrame,
    Ephemerals,
    EventLog,
    EventFeed,
    Rights,
    RegisteredTopics,
    Streams,
    Topics,
  ],
})
export class EventsModule {}
