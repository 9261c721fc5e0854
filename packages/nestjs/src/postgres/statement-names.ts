/** The maximum number of statements that each connection keeps prepared. */
const MAX_NAMES = 200;

/**
 * Names statements, so that each connection parses and plans them once. Without session pooling, PgBouncer would run them
 * on connections that do not know them, so they get names only once it is known that the sessions are ours.
 */
export class StatementNames {
  readonly #names = new Map<string, string>();

  constructor(private readonly hasOwnSessions: () => boolean) {}

  of(text: string): { text: string; name?: string } {
    if (!this.hasOwnSessions()) return { text };
    const name = this.#names.get(text) ?? this.#add(text);
    return name === undefined ? { text } : { text, name };
  }

  #add(text: string): string | undefined {
    if (this.#names.size >= MAX_NAMES) return undefined;
    const name = `carillon_${this.#names.size}`;
    this.#names.set(text, name);
    return name;
  }
}
