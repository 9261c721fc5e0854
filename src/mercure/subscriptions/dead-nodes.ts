import { Database, type Transaction, UnitOfWork } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import { changeOf } from './subscription-document.js';
import { type HubNode, SubscriptionsRepository } from './subscriptions.repository.js';

/** Subscriptions that are ended in one transaction: a node may have had 100 for each of thousands of connections. */
const ROWS_AT_ONCE = 500;

/** Ends the subscriptions of nodes that have crashed. */
@Injectable()
export class DeadNodes {
  /** The last sign of life of each node, and when it was first seen, by the monotonic clock. */
  readonly #seen = new Map<string, { readonly beats: number; readonly since: number }>();

  /** Milliseconds without a sign of life after which a node counts as dead. Nodes give one every 2 s. Tests lower it. */
  silence = 6000;

  constructor(
    private readonly database: Database,
    private readonly work: UnitOfWork,
    private readonly repository: SubscriptionsRepository,
  ) {}

  /** @param self the node that asks. Without subscribers, it gives no sign of life, either. */
  async end(self: string): Promise<void> {
    const nodes = await this.repository.nodes(this.database.read);
    for (const id of this.#seen.keys())
      if (!nodes.some((node) => node.id === id)) this.#seen.delete(id);
    for (const node of nodes) if (this.#isSilent(node) && node.id !== self) await this.#end(node);
  }

  #isSilent({ id, beats }: HubNode): boolean {
    const now = performance.now();
    const seen = this.#seen.get(id);
    if (seen?.beats !== beats) this.#seen.set(id, { beats, since: now });
    return seen?.beats === beats && now - seen.since >= this.silence;
  }

  async #end(node: HubNode): Promise<void> {
    const isDead = await this.work.run(({ db }) => this.repository.declareDead(db, node));
    if (isDead) await this.endSubscriptions(node.id);
  }

  /** Ends the subscriptions of a node that was declared dead, and removes the node with the last of them. */
  async endSubscriptions(node: string): Promise<void> {
    while (await this.work.run((tx) => this.#endBatch(tx, node)));
  }

  /** @returns whether there may be more. */
  async #endBatch(tx: Transaction, node: string): Promise<boolean> {
    // Several nodes may do this at the same time.
    if (!(await this.repository.lockNode(tx.db, node))) return false;
    const ended = await this.repository.removeOfNode(tx.db, node, ROWS_AT_ONCE);
    for (const row of ended) tx.publish(changeOf(row, false));
    if (ended.length === ROWS_AT_ONCE) return true;
    await this.repository.removeNode(tx.db, node);
    return false;
  }
}
