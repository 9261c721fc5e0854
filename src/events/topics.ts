import { Injectable } from '@nestjs/common';
import { Problem } from '../http/problems.js';

/** The topics that listeners may name. Each feature registers its own. */
@Injectable()
export class Topics {
  readonly #known = new Set<string>();

  register(topic: string): void {
    this.#known.add(topic);
  }

  /** @throws Problem `not-found`: there is no such topic. */
  check(topic: string): void {
    if (this.#known.has(topic)) return;
    throw new Problem(
      'not-found',
      `There is no topic "${topic.toWellFormed()}". There are: ${[...this.#known].join(', ')}.`,
    );
  }
}
