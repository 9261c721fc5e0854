import { isTooDeep, MAX_JSON_DEPTH } from '../engine/json-depth.js';
import { RESERVED_TYPES, STREAM_TYPES } from '../engine/reserved-types.js';
import { publicIdMistake, topicMistake } from '../engine/topic-name.js';
import type { DomainEvent } from './domain-event.js';
import type { PublishedEvent } from './published-event.js';

/** Bytes of the data of an event. Each subscriber has to receive them as one frame. */
const MAX_DATA_BYTES = 2 ** 20;
/** Unicode code points of a type. */
const MAX_TYPE_LENGTH = 200;
/** Characters of a wrong name that an error shows. */
const MAX_SHOWN = 40;
// Those that the database refuses: C0 and DEL.
// oxlint-disable-next-line no-control-regex -- they are what it looks for
const CONTROL = /[\u0000-\u001f\u007f]/;
const LINE_BREAK = /\r\n?/g;

/**
 * Checks an event before the log does: what the database refuses there fails every command of the same commit.
 *
 * @returns the data as JSON.
 * @throws TypeError the topic, the type or the data cannot be stored. The message says why.
 */
export function jsonOf({ topic, alsoOn = [], type, data }: DomainEvent): string {
  checkType(type);
  for (const each of [topic, ...alsoOn]) checkTopic(each);
  const json = JSON.stringify(data) as string | undefined;
  if (!json?.startsWith('{'))
    throw new TypeError(
      `The data of ${type} must be a JSON object, such as {"id": 1}. It is ${kindOf(data)}.`,
    );
  checkSize(type, json);
  checkDepth(type, json);
  return json;
}

/**
 * Checks an event on topics of other programs in the same way.
 *
 * @returns the data as it is stored.
 * @throws TypeError a topic, the type, the id or the data cannot be stored. The message says why.
 */
export function publishedDataOf({ topics, type, publicId, ...content }: PublishedEvent): string {
  checkType(type);
  if (topics.length === 0) throw new TypeError(`${type} has no topic. It must have at least one.`);
  if (new Set(topics).size < topics.length)
    throw new TypeError(`${type} has a topic twice. Its topics must differ.`);
  for (const topic of topics) checkTopic(topic);
  const mistake = publicId === undefined ? undefined : publicIdMistake(publicId);
  if (mistake !== undefined) throw new TypeError(`The id of an event ${mistake}.`);
  checkSize(type, content.data);
  if (content.format === 'json') return checkedJson(type, content.data);
  if (content.format === 'text') return checkedText(type, content.data);
  throw new TypeError(`The format of ${type} must be json or text.`);
}

function checkedJson(type: string, data: string): string {
  const value = parsed(data);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError(`The data of ${type} must be a JSON object, such as {"id": 1}.`);
  checkDepth(type, data);
  return data;
}

function checkSize(type: string, data: string): void {
  // A code unit takes at most 3 bytes.
  if (data.length <= MAX_DATA_BYTES / 3) return;
  const bytes = Buffer.byteLength(data);
  if (bytes > MAX_DATA_BYTES)
    throw new TypeError(
      `The data of ${type} must have at most ${MAX_DATA_BYTES} bytes. It has ${bytes}: store it elsewhere, and record where.`,
    );
}

function checkDepth(type: string, json: string): void {
  if (isTooDeep(json))
    throw new TypeError(
      `The data of ${type} must not be nested deeper than ${MAX_JSON_DEPTH} levels.`,
    );
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function checkedText(type: string, data: string): string {
  if (data.isWellFormed() && !data.includes('\0')) return data.replace(LINE_BREAK, '\n');
  throw new TypeError(`The data of ${type} must be well-formed Unicode without NUL.`);
}

/**
 * Says what is wrong with the type of an event of another program, as the end of a sentence: `must …`.
 *
 * @returns `undefined` if the type can be used.
 */
export function eventTypeMistake(type: string): string | undefined {
  return mistakeIn(type, RESERVED_TYPES);
}

function mistakeIn(type: string, reserved: readonly string[]): string | undefined {
  if (reserved.includes(type)) return `must not be ${type}: ${reserved.join(', ')} are reserved`;
  const isRight = type !== '' && !CONTROL.test(type) && [...type].length <= MAX_TYPE_LENGTH;
  return isRight
    ? undefined
    : `must have 1 to ${MAX_TYPE_LENGTH} characters and no control characters`;
}

function checkType(type: unknown): void {
  const mistake = typeof type === 'string' ? mistakeIn(type, STREAM_TYPES) : 'must be a string';
  if (mistake === undefined) return;
  throw new TypeError(`The type of an event ${mistake}. It ${shown(type)}.`);
}

function checkTopic(topic: unknown): void {
  const mistake = typeof topic === 'string' ? topicMistake(topic) : 'must be a string';
  if (mistake === undefined) return;
  throw new TypeError(`The topic of an event ${mistake}. It ${shown(topic)}.`);
}

const shown = (name: unknown): string => {
  const text = String(name);
  const isWhole = text.length <= MAX_SHOWN;
  return `${isWhole ? 'is' : 'starts with'} ${JSON.stringify(text.slice(0, MAX_SHOWN))}`;
};

/** Names the kind only: the data may be personal, and errors are logged. */
const kindOf = (data: unknown): string =>
  data === null ? 'null' : Array.isArray(data) ? 'an array' : `of type ${typeof data}`;
