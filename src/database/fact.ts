/**
 * Something that has happened, as a command records it.
 *
 * A class per fact, so that `@EventsHandler(UserCreated)` can name it; its `type` is what the log and
 * the wire call it.
 */
export interface Fact<T = unknown> {
  /** What it is about: a listener names the topics that it wants. */
  readonly topic: string;
  /** `<noun>.<past participle>`, such as `user.created`. */
  readonly type: string;
  /** What the listener gets, as JSON. */
  readonly data: T;
  /** Whose content `data` holds, such as `message/<id>`: `Transaction.redact` finds it by that. */
  readonly subject?: string | undefined;
  /** The subject whose earlier events the same transaction redacts: every process forgets what it keeps of them. */
  readonly redacts?: string | undefined;
}
