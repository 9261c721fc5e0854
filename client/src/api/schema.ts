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
    readonly CreateUserBody: {
      readonly firstname: string;
      readonly lastname: string;
    };
    readonly User: {
      readonly id: string;
      readonly firstname: string;
      readonly lastname: string;
      readonly username?: string;
      readonly createdAt: string;
      readonly updatedAt: string;
    };
    readonly UpdateUserBody: {
      readonly firstname?: string;
      readonly lastname?: string;
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
    readonly Session: {
      readonly id: string;
      readonly client: string;
      readonly createdAt: string;
      readonly lastUsedAt: string;
      readonly expiresAt: string;
    };
    readonly SignedIn: {
      readonly token: string;
      readonly session: components['schemas']['Session'];
      readonly user: components['schemas']['User'];
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
    readonly SignInBody: {
      readonly username: string;
      readonly password: string;
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
      readonly archivedAt: string | null;
      readonly createdAt: string;
      readonly updatedAt: string;
    };
    readonly UpdateRoomBody: {
      readonly name?: string;
      readonly archived?: boolean;
    };
    readonly Message: {
      readonly id: string;
      readonly roomId: string;
      readonly seq: number;
      readonly authorId: string;
      readonly clientId: string;
      readonly text: string | null;
      readonly mentions: readonly string[];
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
      readonly lastMessage: components['schemas']['Message'] | null;
      readonly members?: readonly components['schemas']['Member'][];
    };
    readonly Invitation: {
      readonly room: components['schemas']['Room'];
      readonly userId: string;
      readonly invitedBy: string;
      readonly createdAt: string;
    };
    readonly ChangeRoleBody: {
      /** @enum {string} */
      readonly role: 'owner' | 'member';
    };
    readonly InviteBody: {
      readonly userId: string;
    };
    readonly ReadBody: {
      readonly seq: number;
    };
    readonly ReadMarker: {
      readonly roomId: string;
      readonly readSeq: number;
      readonly unread: number;
      readonly mentions: number;
    };
    readonly PostMessageBody: {
      readonly clientId: string;
      readonly text: string;
    };
    readonly EditMessageBody: {
      readonly text: string;
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
      readonly createdAt: string;
      readonly editedAt: string | null;
      readonly deletedAt: string | null;
      readonly previousMentions: readonly string[];
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
    readonly Heartbeat: Record<string, never>;
    readonly Reset: {
      /** @enum {string} */
      readonly reason: 'expired' | 'unknown';
      readonly snapshot: string | null;
    };
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
    readonly ReadMovedEvent: {
      /** @constant */
      readonly event: 'read.moved';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['ReadMarker'];
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
    readonly OtherEvent: {
      readonly event: string;
      readonly id: components['schemas']['EventId'];
      readonly data: {
        readonly [key: string]: unknown;
      };
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
            | components['schemas']['ReadMovedEvent']
            | components['schemas']['BlockAddedEvent']
            | components['schemas']['BlockRemovedEvent']
            | components['schemas']['TypingEvent']
            | components['schemas']['PresenceEvent']
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
