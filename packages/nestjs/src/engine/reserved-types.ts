/** Types that streams and the EventSource of browsers use for events of their own. */
export const STREAM_TYPES = ['heartbeat', 'reset', 'presence', 'typing', 'open', 'error'] as const;

/** The type of updates that the hub of the Mercure protocol records itself. */
export const HUB_TYPE = 'mercure';

/** The types that other programs cannot use. */
export const RESERVED_TYPES = [...STREAM_TYPES, HUB_TYPE] as const;
