import { Injectable } from '@nestjs/common';
import { HUB_TYPE } from '../engine/reserved-types.js';
import { CarillonOptions } from '../options.js';
import { HUB_PATH, isHubTopic } from '../topics/hub-topics.js';
import type { PublishedEvent } from '../transaction/published-event.js';
import type { RegisteredTopics } from '../transaction/registered-topics.js';
import type { DescribedEvent } from './described-event.js';

/** Who receives a topic: everyone, all signed-in users, or the users whom a permission rule grants it to. */
export type Audience = 'anyone' | 'signed-in' | 'granted';

/** The topics that have the same first segment. */
export interface Topic {
  readonly audience: Audience;
  /** The URL of the snapshot that a client applies the topic's events to; `null` if there is none. */
  readonly snapshot: string | null;
  /** The events of the topic and the topics below it, for the descriptions of an API. */
  readonly events?: readonly DescribedEvent[];
  /** Whether no subscriber receives its events: the descriptions of an API omit them. */
  readonly isInternal?: boolean;
  /** Whether signed-in clients that follow all topics start again from this snapshot. */
  readonly isHome?: boolean;
}

/**
 * The topics of the features. Each registers its name, and with it all that stand below it: `rooms` stands for
 * `rooms/<id>`, too, which are delivered only to users whom they are granted to.
 */
@Injectable()
export class Topics implements RegisteredTopics {
  readonly #registered = new Map<string, Topic>();
  /** Of features that are turned off. */
  readonly #reserved = new Set<string>();
  /** Of the events of all features, including those that are turned off. */
  readonly #types = new Set<string>();

  constructor(private readonly options: CarillonOptions) {}

  register(name: string, topic: Topic): void {
    this.#registered.set(name, topic);
    this.#reserveTypes(topic);
  }

  /**
   * Reserves the name and the types for a feature that is turned off. Nobody receives its topics, although the log may have
   * events on them, and no other program can use them.
   */
  reserve(name: string, topic: Pick<Topic, 'events'>): void {
    this.#reserved.add(name);
    this.#reserveTypes(topic);
  }

  #reserveTypes({ events = [] }: Pick<Topic, 'events'>): void {
    for (const { type } of events) this.#types.add(type);
  }

  /** Whether a feature decides who receives it. Any other topic belongs to the programs that write events on it. */
  isRegistered(topic: string): boolean {
    const head = headOf(topic);
    return this.#registered.has(head) || this.#reserved.has(head);
  }

  /**
   * Why no other program can publish an event, whatever it is allowed to, as a sentence; `undefined` if it can. Clients
   * distinguish events by their types, so nobody can make them believe that a user was erased.
   */
  refusalOf({ topics, type }: Pick<PublishedEvent, 'topics' | 'type'>): string | undefined {
    const topic = topics.find((each) => this.isRegistered(each));
    return topic === undefined
      ? this.#refusalOfOther(topics, type)
      : `Only Carillon itself publishes on the topic "${topic}".`;
  }

  /** The database cannot refuse its owner, who may record events of features as well. They must have their form. */
  mistakeIn({ topics, type, format, publicId }: PublishedEvent): string | undefined {
    if (!topics.some((each) => this.isRegistered(each))) return this.#refusalOfOther(topics, type);
    const isOfFeature = topics.every((each) => this.isRegistered(each));
    return isOfFeature && format === 'json' && publicId === undefined
      ? undefined
      : `An event on the topic "${topics[0]}" of a feature must be a JSON object without an id, and all of its topics must belong to features.`;
  }

  #refusalOfOther(topics: readonly string[], type: string): string | undefined {
    const { topicBase } = this.options;
    const ofHub = topics.find((topic) => type !== HUB_TYPE && isHubTopic(topic, topicBase));
    if (ofHub !== undefined)
      return `The topic "${ofHub}" is reserved: nobody can publish below ${HUB_PATH}.`;
    return this.#types.has(type)
      ? `Only Carillon itself records events of the type ${type}. Use a type of your own.`
      : undefined;
  }

  /** The topics that everyone receives, or every signed-in user. */
  common(isSignedIn: boolean): string[] {
    return [...this.#registered]
      .filter(
        ([, { audience }]) => audience === 'anyone' || (isSignedIn && audience === 'signed-in'),
      )
      .map(([name]) => name);
  }

  /** The URL of the snapshot of a topic; `null` for a topic of other programs. */
  snapshotOf(topic: string): string | null {
    return this.#registered.get(headOf(topic))?.snapshot ?? null;
  }

  /** The events of all features that subscribers receive. */
  get events(): readonly DescribedEvent[] {
    const all = [...this.#registered.values()].filter(({ isInternal = false }) => !isInternal);
    return all.flatMap(({ events = [] }) => events);
  }

  /** The URL of the snapshot for clients that follow all topics; `null` if no topic has one. */
  home(isSignedIn: boolean): string | null {
    const all = [...this.#registered.values()].filter(({ snapshot }) => snapshot !== null);
    return (all.find(({ isHome }) => isHome === isSignedIn) ?? all[0])?.snapshot ?? null;
  }
}

function headOf(topic: string): string {
  const end = topic.indexOf('/');
  return end < 0 ? topic : topic.slice(0, end);
}
