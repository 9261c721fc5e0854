/** Which changes become which events. */
export interface WatchOptions {
  /** The table. On PostgreSQL, a name outside of Carillon's schema needs its schema: `public.orders`. */
  readonly table: string;
  /** The topic of a row. `{column}` stands for the value of a column: `orders/{customer_id}`. */
  readonly topic: string;
  /** The type of the events. `{op}` stands for insert, update, delete or truncate. Default: `<table>.{op}`. */
  readonly type?: string | undefined;
  /** The columns in the events. Default: all that the table has now. */
  readonly columns?: readonly string[] | undefined;
  /** `false` for events that every subscriber of the topic may receive. Default: `true`. */
  readonly isPrivate?: boolean | undefined;
}
