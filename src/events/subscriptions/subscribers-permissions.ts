import { TopicPermissions, Topics } from '@carillon/nestjs/internal';
import { Injectable } from '@nestjs/common';
import type { Caller } from '../../http/caller.js';
import { Problem } from '../../http/problems.js';

/** Decides who may see the subscribers of a topic. */
@Injectable()
export class SubscribersPermissions {
  constructor(
    private readonly topics: Topics,
    private readonly permissions: TopicPermissions,
  ) {}

  /**
   * Users to whom a rule grants a feature's topic share a room with its subscribers, or are their only one. Topics that
   * everyone receives, such as `users`, are granted to nobody in particular: their subscribers would be everyone who is online.
   *
   * @throws Problem `forbidden`
   */
  async check(caller: Caller, topic: string): Promise<void> {
    const isCommon = this.topics.common(true).includes(topic);
    const isAllowed = this.topics.isRegistered(topic)
      ? await this.#isGranted(caller, topic)
      : caller.grants.subscribe.matches([topic]);
    if (isAllowed) return;
    throw new Problem(
      'forbidden',
      isCommon
        ? `Nobody can see the subscribers of the topic "${topic}": they would be everyone who is online.`
        : `You may not see the subscribers of the topic "${topic}", because it is not granted to you.`,
    );
  }

  async #isGranted(caller: Caller, topic: string): Promise<boolean> {
    if (caller.kind === 'key') return false;
    return (await this.permissions.of(caller.userId)).topics.has(topic);
  }
}
