import {
  encodedSize,
  eventTypeMistake,
  publicIdMistake,
  topicMistake,
} from '@carillon/nestjs/internal';
import { portabilityMistake } from '../../http/portable-json.js';
import type { FieldError } from '../../http/problems.js';
import { UNKNOWN } from '../../http/validation.js';
import { spellingMistake } from '../grants/topic-spelling.js';
import { MAX_DATA_BYTES, MAX_TOPICS, MAX_TRANSIENT_BYTES } from './new-event.js';

type Given = Readonly<Record<string, unknown>>;

/** The end of a sentence that starts with the name of a property, for each wrong property. */
const RULES: Readonly<Record<string, (value: unknown, event: Given) => string | undefined>> = {
  topic: topicsMistake,
  type: (type) =>
    type === undefined
      ? 'is missing'
      : typeof type === 'string'
        ? eventTypeMistake(type)
        : 'must be a string',
  data: dataMistake,
  private: booleanMistake,
  transient: booleanMistake,
  id: idMistake,
};

/** The errors of what should be an event, at a place in the body. */
export function mistakesIn(body: unknown, pointer: string): FieldError[] {
  if (!isObject(body))
    return [{ field: '', pointer, detail: pointer === '#' ? NO_EVENT : 'must be an event' }];
  const names = [...new Set([...Object.keys(RULES), ...Object.keys(body)])];
  return names.flatMap((field) => {
    const rule = Object.hasOwn(RULES, field) ? RULES[field]! : () => UNKNOWN;
    const detail = rule(body[field], body);
    return detail === undefined ? [] : [{ field, pointer: `${pointer}/${escaped(field)}`, detail }];
  });
}

const NO_EVENT = 'must be an event, or a list of events';

/** RFC 6901. */
const escaped = (name: string): string =>
  encodeURIComponent(name.slice(0, 100).toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1'));

const isObject = (value: unknown): value is Given =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function topicsMistake(value: unknown): string | undefined {
  if (value === undefined) return 'is missing';
  const topics = [value].flat();
  if (topics.length === 0 || topics.length > MAX_TOPICS)
    return `must be one topic or a list of 1 to ${MAX_TOPICS} topics`;
  if (!topics.every((topic) => typeof topic === 'string'))
    return 'must be a string or a list of strings';
  if (new Set(topics).size < topics.length) return 'must not contain a topic twice';
  return topics
    .map((topic) => topicMistake(topic) ?? spellingMistake(topic))
    .find((mistake) => mistake !== undefined);
}

function dataMistake(data: unknown, event: Given): string | undefined {
  if (data === undefined) return 'is missing';
  if (!isObject(data)) return 'must be a JSON object, such as {"orderId": 42}';
  if (hasInfinity(data)) return 'must not contain a number that is too large for a double';
  const json = JSON.stringify(data);
  return portabilityMistake(json) ?? sizeMistake(data, json, event);
}

function sizeMistake(data: Given, json: string, event: Given): string | undefined {
  if (event['transient'] === true) {
    const { topic, type } = event;
    const bytes = encodedSize({ topics: [topic].flat(), type, data });
    return bytes > MAX_TRANSIENT_BYTES
      ? `is too long for a transient event: with its topics and its type, it takes ${bytes} bytes in a message between nodes, and the maximum is ${MAX_TRANSIENT_BYTES}`
      : undefined;
  }
  const bytes = Buffer.byteLength(json);
  return bytes > MAX_DATA_BYTES
    ? `must have at most ${MAX_DATA_BYTES} bytes as JSON; it has ${bytes}`
    : undefined;
}

/** JSON.parse reads a number beyond the range of a double as infinite, and JSON.stringify writes null for it. */
const hasInfinity = (value: unknown): boolean =>
  typeof value === 'object' && value !== null
    ? Object.values(value).some(hasInfinity)
    : value === Infinity || value === -Infinity;

function booleanMistake(value: unknown): string | undefined {
  return value === undefined || typeof value === 'boolean' ? undefined : 'must be true or false';
}

function idMistake(id: unknown, { transient }: Given): string | undefined {
  if (id === undefined) return undefined;
  if (typeof id !== 'string') return 'must be a string';
  if (transient === true) return 'must be left out: a transient event has no id';
  return publicIdMistake(id);
}
