import ms, { type StringValue } from 'ms';

/** The URL of a database file or of a PostgreSQL database. */
export const DATABASE_URL_PATTERN = /^(sqlite:(?!.*:memory:).+|postgres(ql)?:\/\/.+)$/;

/** Milliseconds; Node fires a longer timer immediately. */
export const MAX_TIMER = ms('24d');

const DURATION = /^\d+(\.\d+)? ?(ms|s|m|h|d)$/;

/** Converts a duration such as `15s` or `7d` to milliseconds, and returns any other value unchanged. */
export const millisecondsOf = (value: unknown): unknown =>
  DURATION.test(String(value)) ? ms(value as StringValue) : value;
