export type { ListSnapshot } from './read-all.js';
export type { LiveListHookOptions, LiveListState } from './use-live-list.js';
export type { ListChange } from './live-list.js';
export { useFollow, type FollowState } from './use-follow.js';
export { useLiveList } from './use-live-list.js';
