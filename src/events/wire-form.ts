import { type Cursor, formatCursor } from './cursor.js';
import type { LoggedFact } from './event-log.js';
import { frame } from './frames.js';

/** The name and the data under which a kind of stream tells a fact. `data` is JSON. */
export interface Telling {
  readonly type: string;
  readonly data: string;
}

/** How one kind of stream tells facts. Each fact is framed once for it, however many listen. */
export class WireForm {
  readonly #frames = new WeakMap<LoggedFact, Buffer>();

  constructor(readonly tell: (fact: LoggedFact) => Telling) {}

  frame(fact: LoggedFact, epoch: Cursor['epoch']): Buffer {
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

/** Another program may have written its JSON over several lines; inside strings a line break is escaped. */
const oneLineOfJson = (json: string): string => json.replaceAll(/[\r\n]+/g, ' ');
