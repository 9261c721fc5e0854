/**
 * Schemas that are shared by many bodies and responses. Patterns use only syntax that the regular expressions of all
 * languages support.
 */

/** Has no example: Swagger UI would fill it in, but each request needs its own value. */
export const UUID = { format: 'uuid' } as const;

export const EXAMPLE_ID = '019a1b2c-3d4e-7f60-8a1b-2c3d4e5f6071';
/** The cursor of a page, as in a `Link` header. */
export const EXAMPLE_CURSOR = 'AYbV2mFkMDE5YTFiMmMtM2Q0ZQ';
const EXAMPLE_TIME = '2026-03-01T12:00:00.000Z';

/** An id that the server generates. */
export const id = (description: string) => ({ ...UUID, description, example: EXAMPLE_ID });

/** A point in time (RFC 3339), in UTC and with milliseconds. */
export const time = (description: string) => ({
  format: 'date-time',
  description,
  example: EXAMPLE_TIME,
});

/** A time, or `null` before it is reached. */
export const timeOrNull = (description: string) => ({
  type: String,
  nullable: true,
  ...time(description),
  example: null,
});

/** No control characters (Unicode category Cc). */
export const ONE_LINE = '^[^\\x00-\\x1f\\x7f-\\x9f]*$';
/** No control characters except tab and the characters that become a line break. */
export const LINES_OF_ANY_KIND = '^[^\\x00-\\x08\\x0e-\\x1f\\x7f-\\x84\\x86-\\x9f]*$';
