import { Injectable } from '@nestjs/common';
import { Problem } from '../http/problems.js';

/** The topics that listeners may name. Each feature registers its own. */
@Injectable()
export class Topics {
  readonly #snapshots = new Map<string, string>();

  /** @param snapshot the URL of the state that a client folds the topic's facts into. */
  register(topic: string, snapshot: string): void {
    this.#snapshots.set(topic, snapshot);
  }

  /** @throws Problem `not-found`: there is no such topic. */
  check(topic: string): void {
    if (this.#snapshots.has(topic)) return;
    throw new Problem(
      'not-found',
      `There is no topic "${topic.toWellFormed()}". There are: ${[...this.#snapshots.keys()].join(', ')}.`,
    );
  }

  /** Where a client of these topics, or of all where none is named, begins anew. */
  snapshotOf([topic = this.#first]: readonly string[]): string {
    return this.#snapshots.get(topic)!;
  }

  get #first(): string {
    return this.#snapshots.keys().next().value!;
  }
}
