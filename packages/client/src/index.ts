export {
  FollowError,
  HandlerError,
  ProblemError,
  ResetError,
  type FollowErrorCode,
  type Problem,
} from './errors.js';
export { follow } from './follow.js';
export type {
  FollowEvent,
  Following,
  FollowOptions,
  FollowStatus,
  Handlers,
  Params,
  Recovery,
  ShareTabs,
  SnapshotRequest,
} from './options.js';
export { readJson, type ReadOptions, type ReadResult } from './read-json.js';
export type { Token } from './token.js';
