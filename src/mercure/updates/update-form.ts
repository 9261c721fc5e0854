import {
  HUB_TYPE,
  isHubTopic,
  publicIdMistake,
  STREAM_TYPES,
  topicMistake,
} from '@carillon/nestjs/internal';
import { Problem } from '../../http/problems.js';
import { type FormParameters, parseForm, valuesOf } from '../hub/form-parameters.js';

const MAX_TOPICS = 100;
/** Unicode code points, as the log stores them. */
const MAX_LENGTH = { topic: 512, id: 255, type: 200 } as const;
/** Digits of milliseconds: up to eleven days. */
const MAX_RETRY = 9;
/** Control characters, and the invisible characters of category Cf. */
const FORBIDDEN = /[\p{Cc}\p{Cf}]/u;

/** An update as its publisher sends it. */
export interface Update {
  readonly topics: readonly string[];
  readonly data: string;
  readonly isPrivate: boolean;
  readonly id: string | undefined;
  readonly type: string | undefined;
  readonly retry: number | undefined;
}

/**
 * Reads the fields of an update. Unknown fields are ignored. Of a field that occurs twice, the first value counts.
 *
 * @param hub the URL of the hub.
 * @throws Problem `malformed-request`, `content-too-large`
 */
export function updateOf(body: Buffer, hub: string): Update {
  const form = formOf(body);
  const first = (name: string): string | undefined => valuesOf(form, name)[0] || undefined;
  const topics = [...new Set(valuesOf(form, 'topic'))];
  checkTopics(topics, hub);
  const [id, type, retry] = ['id', 'type', 'retry'].map(first);
  checkId(id);
  checkType(type);
  checkRetry(retry);
  const data = first('data') ?? '';
  if (data.includes('\0')) throw malformed('data', 'must not contain NUL');
  const isPrivate = form.some(([name]) => name === 'private');
  return { topics, data, isPrivate, id, type, retry: retry === undefined ? retry : Number(retry) };
}

function formOf(body: Buffer): FormParameters {
  try {
    return parseForm(body.toString('latin1'));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Problem('malformed-request', 'Names and values of the form must be UTF-8.');
  }
}

function checkTopics(topics: readonly string[], hub: string): void {
  if (topics.length === 0) throw malformed('topic', 'is missing');
  if (topics.length > MAX_TOPICS) throw tooLarge(`An update has at most ${MAX_TOPICS} topics.`);
  for (const topic of topics) {
    checkLength('topic', topic);
    const mistake = topicMistake(topic);
    if (mistake !== undefined) throw malformed('topic', mistake);
    if (isHubTopic(topic, hub))
      throw malformed('topic', 'must not be an address of the hub, which publishes there itself');
  }
}

function checkId(id: string | undefined): void {
  if (id === undefined) return;
  checkLength('id', id);
  const mistake = publicIdMistake(id);
  if (mistake !== undefined) throw malformed('id', mistake);
}

function checkType(type: string | undefined): void {
  if (type === undefined) return;
  checkLength('type', type);
  if (FORBIDDEN.test(type))
    throw malformed('type', 'must not contain control or invisible characters');
  if (type === HUB_TYPE) throw malformed('type', `must not be ${HUB_TYPE}, which the hub uses`);
  if (STREAM_TYPES.some((each) => each === type))
    throw malformed('type', `must not be ${STREAM_TYPES.join(', ')}: streams use them`);
}

function checkRetry(retry: string | undefined): void {
  if (retry === undefined) return;
  if (!/^\d+$/.test(retry)) throw malformed('retry', 'must be a number of milliseconds in digits');
  if (retry.length > MAX_RETRY) throw tooLarge(`retry has at most ${MAX_RETRY} digits.`);
}

function checkLength(field: keyof typeof MAX_LENGTH, value: string): void {
  const max = MAX_LENGTH[field];
  if ([...value].length > max) throw tooLarge(`${field} must have at most ${max} characters.`);
}

const malformed = (field: string, mistake: string): Problem =>
  new Problem('malformed-request', `${field} ${mistake}.`, {
    errors: [{ field, detail: mistake }],
  });

const tooLarge = (detail: string): Problem => new Problem('content-too-large', detail);
