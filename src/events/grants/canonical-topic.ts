import type { Topics } from '@carillon/nestjs/internal';
import { canonicalId } from '../../http/ids.js';

/**
 * The canonical form of a topic. Ids in the topics of features are case-insensitive. Topic names and all other topics are
 * case-sensitive.
 */
export function canonicalTopic(topic: string, topics: Topics): string {
  const [head] = topic.split('/', 1);
  return topics.isRegistered(topic) ? head! + canonicalId(topic.slice(head!.length)) : topic;
}
