/** How long typing is shown after it was told, in ms. */
const SHOWN = 6_000;

/** Who is typing where. */
export class Typing {
  readonly #until = new Map<string, Map<string, number>>();
  readonly #onChange: () => void;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  begin(roomId: string, userId: string): void {
    const room = this.#until.get(roomId) ?? new Map<string, number>();
    this.#until.set(roomId, room.set(userId, Date.now() + SHOWN));
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#onChange();
    }, SHOWN + 50);
    this.#timers.add(timer);
    this.#onChange();
  }

  end(roomId: string, userId: string): void {
    if (this.#until.get(roomId)?.delete(userId)) this.#onChange();
  }

  /** Of all who are typing there. */
  endAll(roomId: string): void {
    if (this.#until.delete(roomId)) this.#onChange();
  }

  in(roomId: string): readonly string[] {
    const now = Date.now();
    return [...(this.#until.get(roomId) ?? [])]
      .filter(([, until]) => until > now)
      .map(([userId]) => userId);
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}
