import { Injectable } from '@nestjs/common';
import { canonicalId } from '../http/ids.js';
import type { RegisteredTopics } from '../database/registered-topics.js';
import type { DescribedEvent } from './described-event.js';

/** Who may hear a topic: all, all who are signed in, or those to whom Rights grant it. */
export type Audience = 'anyone' | 'signed-in' | 'granted';

interface Registration {
  readonly audience: Audience;
  /** The URL of the state that a client folds the topic's facts into. */
  readonly snapshot: string;
  /** All events that may be recorded or sent on the topic and those below it. */
  readonly events: readonly DescribedEvent[];
  /** Whether a client that is signed in and listens to everything begins anew there. */
  readonly isHome?: boolean;
}

/**
 * The topics of the features. Each registers its name, and with it all that stand below it: `rooms` stands for
 * `rooms/<id>`, too, which only those hear to whom they are granted.
 */
@Injectable()
export class Topics implements RegisteredTopics {
  readonly #registered = new Map<string, Registration>();

  register(name: string, registration: Registration): void {
    this.#registered.set(name, registration);
  }

  /** Whether a feature decides who hears it. Any other topic belongs to the programs that write events on it. */
  isRegistered(topic: string): boolean {
    return this.#registered.has(headOf(topic));
  }

  /**
   * A topic as events name it: of a feature's topic the ids are read in either case, as everywhere. Names of topics are
   * case-sensitive, and so is all of a topic that belongs to other programs.
   */
  canonical(topic: string): string {
    const head = headOf(topic);
    return this.isRegistered(topic) ? head + canonicalId(topic.slice(head.length)) : topic;
  }

  /** Those that everybody hears, or everybody who is signed in. */
  common(isSignedIn: boolean): string[] {
    return [...this.#registered]
      .filter(
        ([, { audience }]) => audience === 'anyone' || (isSignedIn && audience === 'signed-in'),
      )
      .map(([name]) => name);
  }

  /** The URL from which a client that listens to a topic begins anew; `null` for a topic of other programs. */
  snapshotOf(topic: string): string | null {
    return this.#registered.get(headOf(topic))?.snapshot ?? null;
  }

  /** The events of all features. */
  get events(): readonly DescribedEvent[] {
    return [...this.#registered.values()].flatMap(({ events }) => events);
  }

  /** Where a client that listens to everything begins anew. */
  home(isSignedIn: boolean): string {
    const all = [...this.#registered.values()];
    return (all.find(({ isHome }) => isHome === isSignedIn) ?? all[0]!).snapshot;
  }
}

const headOf = (topic: string): string => topic.split('/', 1)[0]!;
