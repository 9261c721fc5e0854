import { encodedSize } from '@carillon/nestjs/internal';
import { MAX_GROUPS, type SubscriberGroup, type SubscriberGroups } from './subscriber-groups.js';

/** Bytes of the groups in one message between nodes, which may have 7,900 in all. A group has 2,300 at most. */
const MESSAGE_BYTES = 5000;

/** A node asks the others for the subscribers of a topic. */
export interface Question {
  readonly question: string;
  readonly node: string;
  readonly topic: string;
}

/** A part of the answer of one node. */
export interface Answer {
  /** The question. */
  readonly answer: string;
  readonly groups: readonly SubscriberGroup[];
  /** Streams of groups that the node leaves out. */
  readonly omitted: number;
  readonly isLast: boolean;
}

export type GroupMessage = Question | Answer;

export const isQuestion = (message: GroupMessage): message is Question => 'question' in message;

/** The messages with the answer of a node: at least one, so that the asking node can count the nodes. */
export function answersTo(question: string, groups: SubscriberGroups): Answer[] {
  const parts = partsOf(groups.all);
  return parts.map((part, index) => {
    const isLast = index === parts.length - 1;
    return { answer: question, groups: part, omitted: isLast ? groups.omitted : 0, isLast };
  });
}

function partsOf(groups: readonly SubscriberGroup[]): SubscriberGroup[][] {
  const parts: SubscriberGroup[][] = [[]];
  let bytes = 0;
  for (const group of groups) {
    const size = encodedSize(group);
    if (bytes + size > MESSAGE_BYTES) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)!.push(group);
    bytes += size;
  }
  return parts;
}

export function isGroupMessage(message: unknown): message is GroupMessage {
  const { question, node, topic, answer, groups, omitted, isLast } = Object(message) as Record<
    string,
    unknown
  >;
  if (answer === undefined) return [question, node, topic].every(isText);
  return isText(answer) && isCount(omitted) && typeof isLast === 'boolean' && areGroups(groups);
}

const areGroups = (groups: unknown): boolean =>
  Array.isArray(groups) && groups.length <= MAX_GROUPS && groups.every(isGroup);

function isGroup(group: unknown): boolean {
  const { match, matchType, callerId, connections, since } = Object(group) as Record<
    string,
    unknown
  >;
  const hasMatcher = isText(match) && (matchType === 'exact' || matchType === 'urlpattern');
  const hasCaller = callerId === undefined || isText(callerId);
  return hasMatcher && hasCaller && isCount(connections) && isCount(since);
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isCount = (value: unknown): value is number => Number.isSafeInteger(value);
