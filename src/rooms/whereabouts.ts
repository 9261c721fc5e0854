/** Milliseconds after the last sign of life for which it is believed that someone is at a node. */
const BELIEVED = 15_000;

/** Which people listen at which nodes, and when that was last heard of each. */
export class Whereabouts {
  readonly #nodes = new Map<string, Map<string, number>>();

  /** Whether someone is at any node. */
  has(userId: string): boolean {
    for (const users of this.#nodes.values()) if (users.has(userId)) return true;
    return false;
  }

  /** Notes that people are at a node. @returns those of them who were at none. */
  arrive(node: string, userIds: readonly string[], now: number): string[] {
    const arrived = userIds.filter((userId) => !this.has(userId));
    const users = this.#nodes.get(node) ?? new Map<string, number>();
    this.#nodes.set(node, users);
    for (const userId of userIds) users.set(userId, now);
    return arrived;
  }

  /** Notes that someone is no longer at a node. @returns whether they are at none now, and were before. */
  depart(node: string, userId: string): boolean {
    const was = this.#nodes.get(node)?.delete(userId) ?? false;
    return was && !this.has(userId);
  }

  /** Forgets who has not been heard of: their node has crashed, or its word that they left was lost. @returns who is gone. */
  forgetSilent(now: number): string[] {
    const gone: string[] = [];
    for (const [node, users] of this.#nodes) {
      for (const [userId, heard] of users)
        if (now - heard > BELIEVED) {
          users.delete(userId);
          gone.push(userId);
        }
      if (users.size === 0) this.#nodes.delete(node);
    }
    return gone.filter((userId) => !this.has(userId));
  }
}
