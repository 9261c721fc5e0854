import { type Cursor, formatCursor } from './cursor.js';
import { Chunk } from './chunk.js';
import type { LoggedFact } from './event-log.js';
import { frame } from './frames.js';

/** The name and the data under which a kind of stream tells a fact. `data` is JSON. */
export interface Telling {
  readonly type: string;
  readonly data: string;
}

/** How one kind of stream tells facts. Each fact is framed once for it, however many listen. */
export class WireForm {
  readonly #frames = new WeakMap<LoggedFact, string>();

  #last?: { facts: readonly LoggedFact[]; epoch: Cursor['epoch']; chunk: Chunk };

  constructor(
    readonly name: string,
    readonly tell: (fact: LoggedFact) => Telling,
  ) {}

  /** A run of facts in one piece: the same one for all channels that are handed the same run. */
  run(facts: readonly LoggedFact[], epoch: Cursor['epoch']): Chunk {
    const last = this.#last;
    if (last && last.epoch === epoch && areSame(last.facts, facts)) return last.chunk;
    const chunk = Chunk.of(facts.map((fact) => this.frame(fact, epoch)));
    this.#last = { facts, epoch, chunk };
    return chunk;
  }

  frame(fact: LoggedFact, epoch: Cursor['epoch']): string {
    let framed = this.#frames.get(fact);
    if (!framed) {
      const { type, data } = this.tell(fact);
      const id = formatCursor({ epoch, position: fact.position });
      framed = frame({ type, id, data: oneLineOfJson(data) });
      this.#frames.set(fact, framed);
    }
    return framed;
  }
}

export const areSame = (one: readonly LoggedFact[], other: readonly LoggedFact[]): boolean =>
  one.length === other.length && one.every((fact, index) => fact === other[index]);

/** Another program may have written its JSON over several lines; inside strings a line break is escaped. */
const oneLineOfJson = (json: string): string => json.replaceAll(/[\r\n]+/g, ' ');
