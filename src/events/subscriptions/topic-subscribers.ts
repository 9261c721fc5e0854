import { type NodeChannel, NodeMessages, StreamSubscriptions } from '@carillon/nestjs/internal';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Answer,
  answersTo,
  type GroupMessage,
  isGroupMessage,
  isQuestion,
  type Question,
} from './group-messages.js';
import { SubscriberGroups } from './subscriber-groups.js';

/**
 * Milliseconds for which a node waits for the answers of the others. It does not know how many there are. On one machine,
 * they need about 20.
 */
const DEADLINE = 300;

/** What the nodes have answered within the deadline. */
export interface CollectedSubscribers {
  readonly groups: SubscriberGroups;
  /** Nodes that have answered completely, this one included. */
  nodes: number;
}

/**
 * Finds the subscribers of a topic at all nodes. Each node knows its own open streams, so nothing is stored: opening a stream
 * costs no write, and a node that has crashed has no subscribers.
 */
@Injectable()
export class TopicSubscribers implements OnModuleInit {
  readonly #node = randomUUID();
  readonly #nodes: NodeChannel<GroupMessage>;
  /** Of this node, by question. */
  readonly #waiting = new Map<string, CollectedSubscribers>();

  constructor(
    private readonly subscriptions: StreamSubscriptions,
    nodes: NodeMessages,
  ) {
    this.#nodes = nodes.channel('topic subscribers', isGroupMessage);
  }

  onModuleInit(): void {
    this.#nodes.messages.subscribe((message) => {
      if (!isQuestion(message)) this.#collect(message);
      else if (message.node !== this.#node) this.#answer(message);
    });
  }

  async of(topic: string): Promise<CollectedSubscribers> {
    const question = randomUUID();
    const collected = { groups: this.#own(topic), nodes: 1 };
    this.#waiting.set(question, collected);
    try {
      this.#nodes.send({ question, node: this.#node, topic });
      await sleep(DEADLINE);
    } finally {
      this.#waiting.delete(question);
    }
    return collected;
  }

  #own(topic: string): SubscriberGroups {
    return SubscriberGroups.of(this.subscriptions.subscribedTo(topic));
  }

  #answer({ question, topic }: Question): void {
    for (const answer of answersTo(question, this.#own(topic))) this.#nodes.send(answer);
  }

  /** Every node receives every answer. */
  #collect({ answer, groups, omitted, isLast }: Answer): void {
    const collected = this.#waiting.get(answer);
    if (!collected) return;
    for (const group of groups) collected.groups.add(group);
    collected.groups.omitted += omitted;
    if (isLast) collected.nodes++;
  }
}
