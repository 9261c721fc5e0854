import type { LoggedFact } from './event-log.js';
import type { WireForm } from './wire-form.js';

/** What a listener asked to hear, and where it can fetch the state from which to go on. */
export interface StreamView {
  /** Equal for listeners that hear the same: they share the same bytes. */
  readonly key: string;
  readonly form: WireForm;
  /** All topics where it is not there. */
  readonly topics?: ReadonlySet<string>;
  /** The URL of the snapshot that a client fetches after a reset. */
  readonly snapshot: string;
}

export const includes = ({ topics }: StreamView, { topic }: LoggedFact): boolean =>
  !topics || topics.has(topic);
