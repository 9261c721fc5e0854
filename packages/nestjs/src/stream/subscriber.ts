import type { TopicSelector } from '../topics/topic-selector.js';

/** The user or program that opens a stream, as `CarillonModuleOptions.caller` identifies them. */
export interface Caller {
  /** Identifies the user in topic permissions, and in the limits that count by user. */
  readonly id: string;
  /**
   * The session that the request belongs to. The session's streams end when a permission rule's `sessionEndedBy` returns
   * this id. Without a session, they end when it returns the id of the user.
   */
  readonly sessionId?: string | undefined;
  /**
   * When the sign-in ends, in milliseconds since the epoch. The user's streams end then. Left out, they have no such end.
   * The `exp` of a JSON Web Token is in seconds: multiply it by 1000.
   */
  readonly expiresAt?: number | undefined;
  /**
   * The topics that no feature has registered and of which the caller receives private events, from `TopicSelectors`. They
   * are fixed for the life of a stream.
   */
  readonly grants?: TopicSelector | undefined;
  /** The caller is a program. Of the features' topics, it receives those that anyone may receive. */
  readonly isService?: boolean | undefined;
}

/** The client that opens a stream. */
export interface Subscriber {
  /** `undefined` for an anonymous one. */
  readonly caller: Caller | undefined;
  readonly network: string;
  /** The generation of the topic permissions when the caller was identified. */
  readonly generation: number;
}
