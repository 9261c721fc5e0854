import type { PublishedEvent } from './published-event.js';

/** Which topics belong to a feature of this application. Events on any other topic are refused when they are recorded. */
export abstract class RegisteredTopics {
  abstract isRegistered(topic: string): boolean;
  /** Why an event of another program cannot be recorded, as a sentence; `undefined` if it can. */
  mistakeIn?(event: PublishedEvent): string | undefined;
}
