import type { UserPermissions } from '../log/topic-permissions.js';
import type { TopicSelector } from '../topics/topic-selector.js';
import type { ControlFrames } from './control-frames.js';
import type { EventEncoder } from './event-encoder.js';
import type { TopicPositions } from './topic-starts.js';

/** What a stream delivers to a subscriber. */
export interface StreamView {
  /** Equal for subscribers to the same events: they share a channel and its bytes. */
  readonly key: string;
  readonly encoder: EventEncoder;
  /** The frames that are not events, if they differ from those of other streams. */
  readonly control?: ControlFrames;
  /** The features' topics that it includes when it is opened, each from a position on; 0 for all of its events. */
  readonly topics: TopicPositions;
  /** Topics that no feature has registered. */
  readonly others?: OtherTopics;
  /** The user whose permissions decide what it includes from then on. */
  readonly user?: UserPermissions;
  /** Named features' topics. Others stay excluded, even when they are granted. */
  readonly named?: ReadonlySet<string>;
  /** The URL of the snapshot that a client fetches after a reset; `null` if there is none. */
  readonly snapshot: string | null;
}

/**
 * What a view includes of the topics that no feature has registered: public events on requested topics, and private ones if
 * one of their topics is granted, too. Both are fixed for the life of a stream.
 */
export interface OtherTopics {
  readonly requested: TopicSelector;
  readonly granted: TopicSelector;
}

/** A view that follows the permissions of one user. */
export type UserView = StreamView & Required<Pick<StreamView, 'user'>>;

export const isUserView = (view: StreamView): view is UserView => view.user !== undefined;
