import type { PersonalTopics } from './rights.js';
import type { WireForm } from './wire-form.js';

/** What a listener asked to hear, and where it can fetch the state from which to go on. */
export interface StreamView {
  /** Equal for listeners that hear the same: they share the same bytes. */
  readonly key: string;
  readonly form: WireForm;
  /** The topics that it includes when it is opened, each with the position behind which it does; 0 for all. */
  readonly topics: ReadonlyMap<string, number>;
  /** Topics of other programs that were asked for: it includes their public events, and no others. */
  readonly publicTopics?: ReadonlySet<string>;
  /** Whose rights decide what it includes from then on. */
  readonly person?: PersonalTopics;
  /** Where only some topics were asked for: the others stay out, even when they are granted. */
  readonly named?: ReadonlySet<string>;
  /** The URL of the snapshot that a client fetches after a reset; `null` where Carillon keeps none. */
  readonly snapshot: string | null;
}

/** What one person, and nobody else, may hear. */
export type PersonalView = StreamView & Required<Pick<StreamView, 'person'>>;

export const isPersonal = (view: StreamView): view is PersonalView => view.person !== undefined;
