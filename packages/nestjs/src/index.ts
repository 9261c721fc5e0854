// Features extend Schema and Feature by declaration merging, which follows `export *` only.
export * from './engine/schema.js';
export * from './feature/feature.js';
export { CarillonModule, type CarillonModuleAsyncOptions } from './carillon.module.js';
export { Database } from './engine/database.js';
export { dialectOf, isPostgres } from './engine/dialect.js';
export {
  DatabaseDamaged,
  DatabaseUnavailable,
  TooManyWaiting,
  TransactionConflict,
} from './engine/errors.js';
export { StartupError } from './engine/startup-error.js';
export { featuresOf } from './feature/features.js';
export { type Table, type Tables } from './feature/tables.js';
export {
  type ExternalEventOptions,
  ExternalEvents,
  type ExternalTransaction,
  type RunSql,
} from './inbox/external-events.js';
export { type WatchOptions } from './inbox/watch-options.js';
export { unwatchTable, watchTable } from './inbox/watch.js';
export { EventLog, type LoggedEvent } from './log/event-log.js';
export {
  type PermissionChange,
  type PermissionRule,
  type UserPermissions,
  type UserTopics,
} from './log/topic-permissions.js';
export { type TransientEvent, TransientEvents } from './log/transient-events.js';
export {
  type CarillonModuleOptions,
  type Duration,
  type RetentionOptions,
  type StreamOptions,
  type SubscriptionTimes,
} from './options.js';
export { type Histogram } from './engine/histogram.js';
export { type ConnectionStatistics } from './engine/database.js';
export { type QueueLengths, Statistics, type StreamState } from './statistics/statistics.js';
export {
  type CloseReason,
  type RefusalReason,
  type ResetReason,
  type StreamLimit,
  type StreamStatistics,
} from './stream/stream-statistics.js';
export { type CommitStatistics } from './transaction/commit-statistics.js';
export { type Caller } from './stream/subscriber.js';
export { EventEncoder } from './stream/event-encoder.js';
export { type StreamView } from './stream/stream-view.js';
export { type OpenedStream, Streams } from './stream/streams.js';
export { InvalidTopicMatcher, type TopicMatcher } from './topics/topic-matcher.js';
export { TopicSelector } from './topics/topic-selector.js';
export { TopicSelectors } from './topics/topic-selectors.js';
export {
  type ConditionalSubscription,
  type Delivery,
  type EventClass,
  type EventOf,
  On,
  Subscription,
  type SubscriptionOptions,
} from './subscription/subscription.decorator.js';
export {
  type DeadLetter,
  Subscriptions,
  type SubscriptionStatus,
} from './subscription/subscriptions.js';
export { type DomainEvent } from './transaction/domain-event.js';
export { Publication, type PublishedEvent } from './transaction/published-event.js';
export { Transaction } from './transaction/transaction.js';
export { UnitOfWork } from './transaction/unit-of-work.js';
