import type { Frame } from './transport.js';

const LINE_END = /\r\n|\n|\r/;
const LINE = /^([^:]*):? ?(.*)$/s;

/**
 * Reads frames from the text of a stream, whatever pieces it arrives in.
 *
 * Source: WHATWG HTML, 9.2.6, https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export class FrameParser {
  readonly #onRetry: (milliseconds: number) => void;
  /** The start of a line whose end has not arrived. */
  #rest = '';
  #endedWithReturn = false;
  #type = '';
  #data: string[] = [];
  #id = '';

  constructor(onRetry: (milliseconds: number) => void) {
    this.#onRetry = onRetry;
  }

  /** @returns the frames that end in this text. */
  feed(text: string): Frame[] {
    // A CR LF that arrived in two pieces is one line end.
    const rest = this.#endedWithReturn && text.startsWith('\n') ? text.slice(1) : text;
    if (text !== '') this.#endedWithReturn = text.endsWith('\r');
    const [first, ...others] = rest.split(LINE_END) as [string, ...string[]];
    const lines = [this.#rest + first, ...others];
    this.#rest = lines.pop()!;
    return lines.flatMap((line) => (line === '' ? this.#frame() : this.#field(line)));
  }

  #field(line: string): [] {
    const [, name, value] = LINE.exec(line) as unknown as [string, string, string];
    if (name === 'data') this.#data.push(value);
    if (name === 'event') this.#type = value;
    if (name === 'id' && !value.includes('\0')) this.#id = value;
    if (name === 'retry' && /^\d+$/.test(value)) this.#onRetry(Number(value));
    return [];
  }

  #frame(): Frame[] {
    const type = this.#data.length > 0 ? this.#type || 'message' : null;
    // An empty id names no place.
    const frame = { type, data: this.#data.join('\n'), id: this.#id || null };
    this.#type = '';
    this.#data = [];
    this.#id = '';
    return type === null && frame.id === null ? [] : [frame];
  }
}
