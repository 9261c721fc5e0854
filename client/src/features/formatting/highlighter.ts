import type { CodePart, HighlightRequest } from './code-parts.js';

/**
 * Code whose highlighting takes longer than this, in ms, is shown without colours. Most takes 5 ms. Some languages take
 * quadratic time for code that is meant to be slow: 8,000 characters take up to 7 s.
 */
const LIMIT = 500;
/** The number of results that are kept, so that a row that is rendered again has its colours at once. */
const MAX_KEPT = 200;

export type Highlighted = readonly CodePart[] | null;

/** Highlights code in a worker, one block at a time. */
export class Highlighter {
  readonly #results = new Map<string, Highlighted>();
  #worker: Promise<Worker | null> | null = null;
  #last: Promise<unknown> = Promise.resolve();

  /** What is known of the code; undefined if it was not highlighted yet. */
  resultOf({ code, language }: HighlightRequest): Highlighted | undefined {
    return this.#results.get(`${language} ${code}`);
  }

  /** Null if the language is unknown, or the code takes too long. */
  highlight(request: HighlightRequest): Promise<Highlighted> {
    const run = this.#last.then(() => {
      const known = this.resultOf(request);
      return known === undefined ? this.#run(request) : known;
    });
    this.#last = run;
    return run;
  }

  async #run(request: HighlightRequest): Promise<Highlighted> {
    const worker = await this.#started();
    if (!worker) return null;
    const result = await new Promise<Highlighted>((resolve) => {
      const timer = setTimeout(() => {
        worker.terminate();
        this.#worker = null;
        resolve(null);
      }, LIMIT);
      worker.onmessage = ({ data }: MessageEvent<Highlighted>) => {
        clearTimeout(timer);
        resolve(data);
      };
      worker.postMessage(request);
    });
    this.#keep(request, result);
    return result;
  }

  /** Null if the code of the worker cannot be loaded; it is loaded again for the next block. */
  #started(): Promise<Worker | null> {
    this.#worker ??= new Promise((resolve) => {
      const worker = new Worker(new URL('highlight-worker.ts', import.meta.url), {
        type: 'module',
      });
      worker.onmessage = () => resolve(worker);
      worker.onerror = () => {
        this.#worker = null;
        resolve(null);
      };
    });
    return this.#worker;
  }

  #keep({ code, language }: HighlightRequest, result: Highlighted): void {
    if (this.#results.size >= MAX_KEPT) this.#results.clear();
    this.#results.set(`${language} ${code}`, result);
  }
}
