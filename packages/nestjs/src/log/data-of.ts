import type { LoggedEvent } from './event-log.js';

/** The data of an event as a value: text, or what the JSON stands for. */
export const dataOf = ({ format, data }: Pick<LoggedEvent, 'format' | 'data'>): unknown =>
  format === 'text' ? data : JSON.parse(data);
