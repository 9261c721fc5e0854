/**
 * An event that a command records.
 *
 * Use one class per event, so that `@EventsHandler(UserCreated)` can refer to it. Its `type` is the name in the log and
 * in streams.
 */
export interface DomainEvent<T = unknown> {
  /** The topic of the event. Subscribers choose topics. */
  readonly topic: string;
  /** Further topics of features. Their subscribers receive the event, too, once. They do not see its topics. */
  readonly alsoOn?: readonly string[] | undefined;
  /** `<noun>.<past participle>`, such as `user.created`. */
  readonly type: string;
  /** The data that subscribers receive, as JSON. */
  readonly data: T;
  /** The resource whose content `data` contains, such as `message/<id>`. `Transaction.redact` finds the event by it. */
  readonly subject?: string | undefined;
  /** The subject whose earlier events the same transaction redacts. Every process drops its copies of them. */
  readonly redacts?: string | undefined;
}
