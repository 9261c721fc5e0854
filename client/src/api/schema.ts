// Made by `npm run types` from the description of the API. Do not edit.

export interface paths {
  readonly '/api/events': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get: operations['subscribeToEvents'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/api/users/event': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get: operations['subscribeToUsers'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    readonly EventOfPage: {
      readonly id: string;
      readonly topic: string;
      readonly topics?: readonly string[];
      readonly type: string;
      readonly data:
        | {
            readonly [key: string]: unknown;
          }
        | string;
      readonly at: string;
    };
    readonly Reset: {
      /** @enum {string} */
      readonly reason: 'expired' | 'unknown';
      readonly snapshot: string | null;
    };
    readonly EventsPage: {
      readonly events: readonly components['schemas']['EventOfPage'][];
      readonly cursor: string;
      readonly reset?: components['schemas']['Reset'];
    };
    readonly NewEvent: {
      readonly topic: string | readonly string[];
      readonly type: string;
      readonly data: {
        readonly [key: string]: unknown;
      };
      /** @default true */
      readonly private?: boolean;
      /** @default false */
      readonly transient?: boolean;
      readonly id?: string;
    };
    readonly PublishedId: {
      readonly id: string | null;
    };
    readonly SubscriptionToTopic: {
      /** @enum {string} */
      readonly kind: 'user' | 'key' | 'anonymous';
      readonly userId?: string;
      readonly key?: string;
      readonly match: string;
      /** @enum {string} */
      readonly matchType: 'exact' | 'urlpattern';
      readonly connections: number;
      readonly since: string;
    };
    readonly TopicSubscriptions: {
      readonly topic: string;
      readonly subscriptions: readonly components['schemas']['SubscriptionToTopic'][];
      readonly connections: number;
      readonly nodes: number;
    };
    readonly DeleteAccountBody: {
      readonly password?: string;
      readonly confirm?: string;
      /**
       * @default keep
       * @enum {string}
       */
      readonly messages?: 'keep' | 'delete';
    };
    readonly Session: {
      readonly id: string;
      readonly client: string;
      readonly createdAt: string;
      readonly lastUsedAt: string;
      readonly expiresAt: string;
    };
    readonly User: {
      readonly id: string;
      readonly firstname: string;
      readonly lastname: string;
      readonly username?: string;
      readonly createdAt: string;
      readonly updatedAt: string;
    };
    readonly CurrentSession: {
      readonly session: components['schemas']['Session'] | null;
      readonly user: components['schemas']['User'];
    };
    readonly OwnSession: {
      readonly id: string;
      readonly client: string;
      readonly createdAt: string;
      readonly lastUsedAt: string;
      readonly expiresAt: string;
      readonly current: boolean;
    };
    readonly CreateAccountBody: {
      readonly password: string;
      readonly username: string;
      readonly firstname?: string;
      readonly lastname?: string;
    };
    readonly ChangePasswordBody: {
      readonly password: string;
      readonly current: string;
    };
    readonly SignedIn: {
      readonly token: string;
      readonly session: components['schemas']['Session'];
      readonly user: components['schemas']['User'];
    };
    readonly SignInBody: {
      readonly username: string;
      readonly password: string;
    };
    readonly CreateUserBody: {
      readonly firstname: string;
      readonly lastname: string;
    };
    readonly UpdateUserBody: {
      readonly firstname?: string;
      readonly lastname?: string;
    };
    readonly Block: {
      readonly userId: string;
      readonly createdAt: string;
    };
    readonly CreateNamedRoomBody: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      readonly kind: 'public' | 'private';
      readonly name: string;
    };
    readonly OpenDirectBody: {
      /**
       * @description discriminator enum property added by openapi-typescript
       * @enum {string}
       */
      readonly kind: 'direct';
      readonly userId: string;
    };
    readonly Room: {
      readonly id: string;
      /** @enum {string} */
      readonly kind: 'public' | 'private' | 'direct';
      readonly name: string | null;
      readonly topic: string | null;
      readonly archivedAt: string | null;
      readonly createdAt: string;
      readonly updatedAt: string;
    };
    readonly UpdateRoomBody: {
      readonly name?: string;
      readonly topic?: string | null;
      readonly archived?: boolean;
    };
    readonly Thread: {
      readonly replies: number;
      readonly lastSeq: number;
      readonly lastAt: string;
    };
    readonly MessageReaction: {
      readonly emoji: string;
      readonly userIds: readonly string[];
    };
    readonly MessageFile: {
      readonly id: string;
      readonly name: string;
      readonly type: string;
      readonly size: number;
      readonly width: number | null;
      readonly height: number | null;
    };
    readonly Message: {
      readonly id: string;
      readonly roomId: string;
      readonly seq: number;
      readonly authorId: string;
      readonly clientId: string;
      readonly text: string | null;
      readonly mentions: readonly string[];
      readonly mentionsAll: boolean;
      readonly replyTo: number | null;
      readonly threadOf: number | null;
      readonly thread: components['schemas']['Thread'] | null;
      readonly reactions: readonly components['schemas']['MessageReaction'][];
      readonly files: readonly components['schemas']['MessageFile'][];
      readonly createdAt: string;
      readonly editedAt: string | null;
      readonly deletedAt: string | null;
    };
    readonly Member: {
      readonly userId: string;
      /** @enum {string} */
      readonly role: 'owner' | 'member';
      readonly joinedAt: string;
    };
    readonly Membership: {
      readonly room: components['schemas']['Room'];
      /** @enum {string} */
      readonly role: 'owner' | 'member';
      readonly joinedAt: string;
      readonly lastSeq: number;
      readonly readSeq: number;
      readonly unread: number;
      readonly mentions: number;
      /** @enum {string} */
      readonly level: 'all' | 'mentions' | 'nothing';
      readonly mutedUntil: string | null;
      readonly favourite: boolean;
      readonly saved: readonly number[];
      readonly lastMessage: components['schemas']['Message'] | null;
      readonly members?: readonly components['schemas']['Member'][];
    };
    readonly Invitation: {
      readonly room: components['schemas']['Room'];
      readonly userId: string;
      readonly invitedBy: string;
      readonly createdAt: string;
    };
    readonly ListedMember: {
      readonly userId: string;
      /** @enum {string} */
      readonly role: 'owner' | 'member';
      readonly joinedAt: string;
      readonly user: components['schemas']['User'];
    };
    readonly ChangeRoleBody: {
      /** @enum {string} */
      readonly role: 'owner' | 'member';
    };
    readonly ReadBody: {
      readonly seq: number;
      readonly from?: number;
    };
    readonly ReadMarker: {
      readonly roomId: string;
      readonly readSeq: number;
      readonly unread: number;
      readonly mentions: number;
    };
    readonly UnreadBody: {
      readonly seq?: number;
    };
    readonly InviteBody: {
      readonly userId: string;
    };
    readonly PostMessageBody: {
      readonly clientId: string;
      readonly text: string;
      readonly replyTo?: number | null;
      readonly mentionAll?: boolean;
      readonly files?: readonly string[];
    };
    readonly EditMessageBody: {
      readonly text: string;
    };
    readonly UnreadThread: {
      readonly roomId: string;
      readonly seq: number;
      readonly readSeq: number;
      readonly unread: readonly number[];
    };
    readonly ReadThreadBody: {
      readonly seq: number;
    };
    readonly Pin: {
      readonly message: components['schemas']['Message'];
      readonly pinnedBy: string;
      readonly pinnedAt: string;
    };
    readonly SavedMessage: {
      readonly message: components['schemas']['Message'];
      readonly savedAt: string;
    };
    readonly HistoryLine: {
      readonly seq: number;
      /** @enum {string} */
      readonly kind: 'joined' | 'left' | 'renamed' | 'topic';
      readonly count: number;
      readonly userIds: readonly string[];
      readonly text: string | null;
    };
    readonly LevelBody: {
      /** @enum {string} */
      readonly level: 'all' | 'mentions' | 'nothing';
      readonly mutedUntil?: string | null;
    };
    readonly NotificationLevel: {
      readonly roomId: string;
      /** @enum {string} */
      readonly level: 'all' | 'mentions' | 'nothing';
      readonly mutedUntil: string | null;
    };
    readonly Addressee: {
      readonly sub?: string;
      readonly userId?: string;
      readonly username?: string;
      readonly topic?: string;
      /** @enum {boolean} */
      readonly everyone?: true;
    };
    readonly SendNotificationBody: {
      readonly to: components['schemas']['Addressee'];
      readonly kind: string;
      readonly title: string;
      readonly body?: string;
      readonly url?: string;
      readonly data?: {
        readonly [key: string]: unknown;
      };
    };
    readonly Notification: {
      readonly id: string;
      readonly kind: string;
      readonly title: string;
      readonly body: string | null;
      readonly url: string | null;
      readonly data: {
        readonly [key: string]: unknown;
      } | null;
      readonly createdAt: string;
    };
    readonly ReceivedNotification: {
      readonly id: string;
      readonly kind: string;
      readonly title: string;
      readonly body: string | null;
      readonly url: string | null;
      readonly data: {
        readonly [key: string]: unknown;
      } | null;
      readonly createdAt: string;
      readonly read: boolean;
    };
    readonly ReadState: {
      readonly upTo: string | null;
      readonly unread: number;
    };
    readonly MarkReadBody: {
      readonly upTo: string;
    };
    readonly PushKey: {
      readonly publicKey: string;
    };
    readonly PushSubscriptionBody: {
      readonly endpoint: string;
      readonly p256dh: string;
      readonly auth: string;
    };
    readonly HealthIndicator: {
      /** @enum {string} */
      readonly status: 'up' | 'down';
      readonly message?: string;
      readonly full?: boolean;
    };
    readonly LiveReport: {
      /** @enum {string} */
      readonly status: 'ok';
      readonly error: {
        readonly [key: string]: components['schemas']['HealthIndicator'];
      };
      readonly info: {
        readonly [key: string]: components['schemas']['HealthIndicator'];
      };
      readonly details: {
        readonly [key: string]: components['schemas']['HealthIndicator'];
      };
    };
    readonly ReadyReport: {
      /** @enum {string} */
      readonly status: 'ok';
      readonly error: {
        readonly [key: string]: components['schemas']['HealthIndicator'];
      };
      readonly info: {
        readonly [key: string]: components['schemas']['HealthIndicator'];
      };
      readonly details: {
        readonly [key: string]: components['schemas']['HealthIndicator'];
      };
    };
    readonly RemovedUser: {
      readonly id: string;
    };
    readonly EndedSession: {
      readonly id: string;
    };
    readonly LeftRoom: {
      readonly roomId: string;
      readonly by: string;
    };
    readonly MemberOfRoom: {
      readonly roomId: string;
      readonly member: components['schemas']['Member'];
    };
    readonly LeftMember: {
      readonly roomId: string;
      readonly userId: string;
      readonly by: string;
    };
    readonly EndedInvitation: {
      readonly roomId: string;
      readonly userId: string;
    };
    readonly EditedMessage: {
      readonly id: string;
      readonly roomId: string;
      readonly seq: number;
      readonly authorId: string;
      readonly clientId: string;
      readonly text: string | null;
      readonly mentions: readonly string[];
      readonly mentionsAll: boolean;
      readonly replyTo: number | null;
      readonly threadOf: number | null;
      readonly thread: components['schemas']['Thread'] | null;
      readonly reactions: readonly components['schemas']['MessageReaction'][];
      readonly files: readonly components['schemas']['MessageFile'][];
      readonly createdAt: string;
      readonly editedAt: string | null;
      readonly deletedAt: string | null;
      readonly previousMentions: readonly string[];
      readonly previousMentionsAll: boolean;
    };
    readonly ReactionOfUser: {
      readonly roomId: string;
      readonly messageId: string;
      readonly seq: number;
      readonly emoji: string;
      readonly userId: string;
    };
    readonly FavouriteRoom: {
      readonly roomId: string;
      readonly favourite: boolean;
    };
    readonly RemovedBlock: {
      readonly userId: string;
    };
    readonly TypingMember: {
      readonly roomId: string;
      readonly userId: string;
    };
    readonly PresenceChange: {
      readonly online: readonly string[];
      readonly offline: readonly string[];
      readonly complete: boolean;
    };
    readonly PinChange: {
      readonly roomId: string;
      readonly messageId: string;
      readonly seq: number;
      readonly by: string;
      readonly at: string;
    };
    readonly SavedChange: {
      readonly roomId: string;
      readonly messageId: string;
      readonly seq: number;
      readonly saved: boolean;
    };
    readonly Heartbeat: Record<string, never>;
    readonly EventId: string;
    readonly RetryFrame: {
      readonly retry: number;
      readonly id?: string;
    };
    readonly UpdateEvent: {
      /** @constant */
      readonly event: 'update';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['User'];
    };
    readonly RemoveEvent: {
      /** @constant */
      readonly event: 'remove';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['RemovedUser'];
    };
    readonly HeartbeatEvent: {
      /** @constant */
      readonly event: 'heartbeat';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['Heartbeat'];
    };
    readonly ResetEvent: {
      /** @constant */
      readonly event: 'reset';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['Reset'];
    };
    readonly UserCreatedEvent: {
      /** @constant */
      readonly event: 'user.created';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['User'];
    };
    readonly UserUpdatedEvent: {
      /** @constant */
      readonly event: 'user.updated';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['User'];
    };
    readonly UserRemovedEvent: {
      /** @constant */
      readonly event: 'user.removed';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['RemovedUser'];
    };
    readonly UserErasedEvent: {
      /** @constant */
      readonly event: 'user.erased';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['User'];
    };
    readonly SessionStartedEvent: {
      /** @constant */
      readonly event: 'session.started';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['Session'];
    };
    readonly SessionEndedEvent: {
      /** @constant */
      readonly event: 'session.ended';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['EndedSession'];
    };
    readonly RoomCreatedEvent: {
      /** @constant */
      readonly event: 'room.created';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['Room'];
    };
    readonly RoomUpdatedEvent: {
      /** @constant */
      readonly event: 'room.updated';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['Room'];
    };
    readonly RoomJoinedEvent: {
      /** @constant */
      readonly event: 'room.joined';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['Membership'];
    };
    readonly RoomLeftEvent: {
      /** @constant */
      readonly event: 'room.left';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['LeftRoom'];
    };
    readonly MemberJoinedEvent: {
      /** @constant */
      readonly event: 'member.joined';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['MemberOfRoom'];
    };
    readonly MemberChangedEvent: {
      /** @constant */
      readonly event: 'member.changed';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['MemberOfRoom'];
    };
    readonly MemberLeftEvent: {
      /** @constant */
      readonly event: 'member.left';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['LeftMember'];
    };
    readonly MemberInvitedEvent: {
      /** @constant */
      readonly event: 'member.invited';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['Invitation'];
    };
    readonly MemberUninvitedEvent: {
      /** @constant */
      readonly event: 'member.uninvited';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['EndedInvitation'];
    };
    readonly MessagePostedEvent: {
      /** @constant */
      readonly event: 'message.posted';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['Message'];
    };
    readonly MessageEditedEvent: {
      /** @constant */
      readonly event: 'message.edited';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['EditedMessage'];
    };
    readonly MessageDeletedEvent: {
      /** @constant */
      readonly event: 'message.deleted';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['Message'];
    };
    readonly ReactionAddedEvent: {
      /** @constant */
      readonly event: 'reaction.added';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['ReactionOfUser'];
    };
    readonly ReactionRemovedEvent: {
      /** @constant */
      readonly event: 'reaction.removed';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['ReactionOfUser'];
    };
    readonly ReadMovedEvent: {
      /** @constant */
      readonly event: 'read.moved';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['ReadMarker'];
    };
    readonly LevelChangedEvent: {
      /** @constant */
      readonly event: 'level.changed';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['NotificationLevel'];
    };
    readonly FavouriteChangedEvent: {
      /** @constant */
      readonly event: 'favourite.changed';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['FavouriteRoom'];
    };
    readonly BlockAddedEvent: {
      /** @constant */
      readonly event: 'block.added';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['Block'];
    };
    readonly BlockRemovedEvent: {
      /** @constant */
      readonly event: 'block.removed';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['RemovedBlock'];
    };
    readonly TypingEvent: {
      /** @constant */
      readonly event: 'typing';
      readonly data: components['schemas']['TypingMember'];
    };
    readonly PresenceEvent: {
      /** @constant */
      readonly event: 'presence';
      readonly data: components['schemas']['PresenceChange'];
    };
    readonly ThreadChangedEvent: {
      /** @constant */
      readonly event: 'thread.changed';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['UnreadThread'];
    };
    readonly MessagePinnedEvent: {
      /** @constant */
      readonly event: 'message.pinned';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['PinChange'];
    };
    readonly MessageUnpinnedEvent: {
      /** @constant */
      readonly event: 'message.unpinned';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['PinChange'];
    };
    readonly SavedChangedEvent: {
      /** @constant */
      readonly event: 'saved.changed';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['SavedChange'];
    };
    readonly NotificationCreatedEvent: {
      /** @constant */
      readonly event: 'notification.created';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['Notification'];
    };
    readonly NotificationReadEvent: {
      /** @constant */
      readonly event: 'notification.read';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['ReadState'];
    };
    readonly OtherEvent: {
      readonly event: string;
      readonly id: string;
      readonly data:
        | {
            readonly [key: string]: unknown;
          }
        | string;
    };
    readonly Problem: {
      /** @enum {string} */
      readonly type:
        | 'urn:carillon:problem:malformed-request'
        | 'urn:carillon:problem:invalid-parameter'
        | 'urn:carillon:problem:unauthenticated'
        | 'urn:carillon:problem:forbidden'
        | 'urn:carillon:problem:cross-site-request'
        | 'urn:carillon:problem:recipient-unavailable'
        | 'urn:carillon:problem:not-found'
        | 'urn:carillon:problem:method-not-allowed'
        | 'urn:carillon:problem:not-acceptable'
        | 'urn:carillon:problem:request-timeout'
        | 'urn:carillon:problem:request-in-progress'
        | 'urn:carillon:problem:conflict'
        | 'urn:carillon:problem:precondition-failed'
        | 'urn:carillon:problem:content-too-large'
        | 'urn:carillon:problem:unsupported-media-type'
        | 'urn:carillon:problem:range-not-satisfiable'
        | 'urn:carillon:problem:expectation-failed'
        | 'urn:carillon:problem:misdirected-request'
        | 'urn:carillon:problem:validation-failed'
        | 'urn:carillon:problem:idempotency-key-reused'
        | 'urn:carillon:problem:too-many-requests'
        | 'urn:carillon:problem:headers-too-large'
        | 'urn:carillon:problem:internal-error'
        | 'urn:carillon:problem:unavailable';
      readonly title: string;
      readonly status: number;
      readonly detail: string;
      readonly requestId?: string;
      readonly errors?: readonly {
        readonly field: string;
        readonly pointer?: string;
        readonly detail: string;
      }[];
      readonly checks?: {
        readonly [key: string]: components['schemas']['HealthIndicator'];
      };
    } & {
      readonly [key: string]: unknown;
    };
    readonly PublishEventsBody:
      components['schemas']['NewEvent'] | readonly components['schemas']['NewEvent'][];
    readonly CreateRoomBody:
      components['schemas']['CreateNamedRoomBody'] | components['schemas']['OpenDirectBody'];
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  readonly subscribeToEvents: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'text/event-stream':
            | components['schemas']['RetryFrame']
            | components['schemas']['UserCreatedEvent']
            | components['schemas']['UserUpdatedEvent']
            | components['schemas']['UserRemovedEvent']
            | components['schemas']['UserErasedEvent']
            | components['schemas']['SessionStartedEvent']
            | components['schemas']['SessionEndedEvent']
            | components['schemas']['RoomCreatedEvent']
            | components['schemas']['RoomUpdatedEvent']
            | components['schemas']['RoomJoinedEvent']
            | components['schemas']['RoomLeftEvent']
            | components['schemas']['MemberJoinedEvent']
            | components['schemas']['MemberChangedEvent']
            | components['schemas']['MemberLeftEvent']
            | components['schemas']['MemberInvitedEvent']
            | components['schemas']['MemberUninvitedEvent']
            | components['schemas']['MessagePostedEvent']
            | components['schemas']['MessageEditedEvent']
            | components['schemas']['MessageDeletedEvent']
            | components['schemas']['ReactionAddedEvent']
            | components['schemas']['ReactionRemovedEvent']
            | components['schemas']['ReadMovedEvent']
            | components['schemas']['LevelChangedEvent']
            | components['schemas']['FavouriteChangedEvent']
            | components['schemas']['BlockAddedEvent']
            | components['schemas']['BlockRemovedEvent']
            | components['schemas']['TypingEvent']
            | components['schemas']['PresenceEvent']
            | components['schemas']['ThreadChangedEvent']
            | components['schemas']['MessagePinnedEvent']
            | components['schemas']['MessageUnpinnedEvent']
            | components['schemas']['SavedChangedEvent']
            | components['schemas']['NotificationCreatedEvent']
            | components['schemas']['NotificationReadEvent']
            | components['schemas']['HeartbeatEvent']
            | components['schemas']['ResetEvent']
            | components['schemas']['OtherEvent'];
        };
      };
    };
  };
  readonly subscribeToUsers: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'text/event-stream':
            | components['schemas']['RetryFrame']
            | components['schemas']['UpdateEvent']
            | components['schemas']['RemoveEvent']
            | components['schemas']['HeartbeatEvent']
            | components['schemas']['ResetEvent'];
        };
      };
    };
  };
}
