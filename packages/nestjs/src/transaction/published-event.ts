/** An event on topics that no feature has registered. It is recorded on behalf of another program. */
export interface PublishedEvent {
  /** All topics, of which the first is the canonical one. */
  readonly topics: readonly string[];
  readonly type: string;
  /** According to `format`. */
  readonly data: string;
  /** `json`: an object as JSON. `text`: any text; its line breaks become LF. */
  readonly format: 'json' | 'text';
  /** `false` for every subscriber of one of the topics; `true` for those to whom one of them is granted. */
  readonly private: boolean;
  /** The id that subscribers see, and can continue from. */
  readonly publicId?: string | undefined;
  /** The transaction of the program on PostgreSQL, or the row of its inbox on SQLite. */
  readonly xid?: number | undefined;
  /** Milliseconds after which clients that lose their connection are to come back. */
  readonly retry?: number | undefined;
  /** Finds the event again with `EventLog.ofSubject`. */
  readonly subject?: string | undefined;
}

/** An event that was published in a transaction. */
export class Publication {
  #position: number | undefined;

  /** @throws Error the transaction has not committed. */
  get position(): number {
    if (this.#position === undefined)
      throw new Error('The event gets its position when its transaction commits.');
    return this.#position;
  }

  /** Called after the COMMIT. */
  committed(position: number): void {
    this.#position = position;
  }
}
