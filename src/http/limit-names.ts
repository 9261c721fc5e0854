/** The limits of requests: settings of the operator, and constants. The engine counts those of streams and commands. */
export const LIMIT_NAMES = [
  'CONNECTIONS_MAX_PER_ADDRESS',
  'FILES_PER_MINUTE',
  'PUBLISH_PER_MINUTE',
  'RATE_LIMIT_PER_MINUTE',
  'READ_LIMIT_PER_MINUTE',
  'SEARCHES_PER_MINUTE',
  'SIGN_IN_ATTEMPTS',
  'contacts',
  'exports',
  'long_lists',
  'memberships',
  'open_files',
  'password_hashes',
  'uploads',
] as const;

export type LimitName = (typeof LIMIT_NAMES)[number];
