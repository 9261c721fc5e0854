/** Which users are connected to which nodes, and when each of them was last confirmed. */
export class OnlineUsers {
  readonly #nodes = new Map<string, Map<string, number>>();

  /** @param nodeTimeout milliseconds after the last heartbeat of a node during which its users count as online. */
  constructor(private readonly nodeTimeout: number) {}

  /** Whether a user is connected to any node. */
  has(userId: string): boolean {
    for (const users of this.#nodes.values()) if (users.has(userId)) return true;
    return false;
  }

  /** Adds users of a node. @returns those that were not online before. */
  arrive(node: string, userIds: readonly string[], now: number): string[] {
    const arrived = userIds.filter((userId) => !this.has(userId));
    const users = this.#nodes.get(node) ?? new Map<string, number>();
    this.#nodes.set(node, users);
    for (const userId of userIds) users.set(userId, now);
    return arrived;
  }

  /** Removes a user of a node. @returns whether the user was online before and is not any more. */
  depart(node: string, userId: string): boolean {
    const wasPresent = this.#nodes.get(node)?.delete(userId) ?? false;
    return wasPresent && !this.has(userId);
  }

  /** Removes users of nodes that crashed, or whose message about the departure was lost. @returns who is not online any more. */
  forgetSilent(now: number): string[] {
    const gone: string[] = [];
    for (const [node, users] of this.#nodes) {
      for (const [userId, confirmedAt] of users)
        if (now - confirmedAt > this.nodeTimeout) {
          users.delete(userId);
          gone.push(userId);
        }
      if (users.size === 0) this.#nodes.delete(node);
    }
    return gone.filter((userId) => !this.has(userId));
  }
}
