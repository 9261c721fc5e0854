/** Milliseconds after the last sign of life of a node for which it is believed. */
const BELIEVED = 15_000;

/** Which people listen at which nodes. */
export class Whereabouts {
  readonly #nodes = new Map<string, { users: Set<string>; heard: number }>();

  /** Whether someone is at any node. */
  has(userId: string): boolean {
    for (const { users } of this.#nodes.values()) if (users.has(userId)) return true;
    return false;
  }

  /** Notes that people are at a node. @returns those of them who were at none. */
  arrive(node: string, userIds: readonly string[], now: number): string[] {
    const known = this.#nodes.get(node) ?? { users: new Set<string>(), heard: now };
    known.heard = now;
    this.#nodes.set(node, known);
    const new_ = userIds.filter((userId) => !this.has(userId));
    for (const userId of userIds) known.users.add(userId);
    return new_;
  }

  /** Notes that someone is no longer at a node. @returns whether they are at none now, and were before. */
  depart(node: string, userId: string): boolean {
    const was = this.#nodes.get(node)?.users.delete(userId) ?? false;
    return was && !this.has(userId);
  }

  /** Forgets nodes that have not been heard of. @returns who is at none now. */
  forgetSilent(now: number): string[] {
    const gone: string[] = [];
    for (const [node, { users, heard }] of this.#nodes)
      if (now - heard > BELIEVED) {
        this.#nodes.delete(node);
        gone.push(...users);
      }
    return gone.filter((userId) => !this.has(userId));
  }
}
