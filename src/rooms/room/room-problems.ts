import { EXAMPLE_ID } from '../../http/described-properties.js';
import { REFUSALS } from './room-rules.js';

/** Problems that several routes of rooms describe. */
export const NO_ROOM = { 'not-found': REFUSALS.noRoom(EXAMPLE_ID) };
export const NO_MESSAGE = { 'not-found': REFUSALS.noMessage(EXAMPLE_ID) };
export const NO_THREAD = { 'not-found': REFUSALS.noThread(1042) };
export const NO_FILE = { 'not-found': REFUSALS.noFile(EXAMPLE_ID) };
export const NOT_MEMBER = { forbidden: REFUSALS.notMember };
export const NOT_OWNER = { forbidden: REFUSALS.notOwner };
export const ARCHIVED = { conflict: REFUSALS.archived };
