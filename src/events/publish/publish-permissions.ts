import type { TopicSelector } from '@carillon/nestjs';
import { Topics } from '@carillon/nestjs/internal';
import { Injectable } from '@nestjs/common';
import type { Caller } from '../../http/caller.js';
import { Problem } from '../../http/problems.js';

/** Patterns that an error names. */
const MAX_SHOWN = 20;

/** An event as far as permissions depend on it. */
export interface EventOnTopics {
  readonly topics: readonly string[];
  readonly type: string;
}

/** Decides who may publish what. */
@Injectable()
export class PublishPermissions {
  constructor(private readonly topics: Topics) {}

  /** @throws Problem `forbidden`: the caller may not publish on one of the topics, or the type belongs to a feature. */
  check({ grants: { publish } }: Caller, event: EventOnTopics): void {
    const refusal = this.topics.refusalOf(event) ?? missingGrant(publish, event.topics);
    if (refusal !== undefined) throw new Problem('forbidden', refusal);
  }
}

function missingGrant(publish: TopicSelector, topics: readonly string[]): string | undefined {
  if (publish.isEmpty) return 'You have no permission to publish. Use a key that grants it.';
  const topic = topics.find((each) => !publish.matches([each]));
  if (topic === undefined) return undefined;
  const granted = publish.matchers.slice(0, MAX_SHOWN).map(({ pattern }) => pattern);
  return `You may not publish on the topic "${topic}". You may publish on: ${granted.join(', ')}.`;
}
