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
    /** @description A new user of the directory. */
    readonly CreateUserBody: {
      /** @description The first name. It has a visible character and none that is invisible; space around it does not count. */
      readonly firstname: string;
      /** @description The last name. It has a visible character and none that is invisible; space around it does not count. */
      readonly lastname: string;
    };
    /** @description A user in the directory. */
    readonly User: {
      /**
       * Format: uuid
       * @description The id of the user, a UUIDv7: ids sort by the time of creation.
       */
      readonly id: string;
      /** @description The first name, or whatever the user goes by. */
      readonly firstname: string;
      /** @description The last name. It may be empty for users who signed up without one. */
      readonly lastname: string;
      /** @description The name to sign in and to be mentioned by. Only users who can sign in have one. */
      readonly username?: string;
      /**
       * Format: date-time
       * @description When the user was created.
       */
      readonly createdAt: string;
      /**
       * Format: date-time
       * @description When the user was last changed.
       */
      readonly updatedAt: string;
    };
    /** @description The properties to change. Those that are left out stay as they are. */
    readonly UpdateUserBody: {
      /** @description The new first name. It has a visible character and none that is invisible; space around it does not count. */
      readonly firstname?: string;
      /** @description The new last name. It has a visible character and none that is invisible; space around it does not count. */
      readonly lastname?: string;
    };
    /** @description A new account. */
    readonly CreateAccountBody: {
      /**
       * Format: password
       * @description The new password. It must not be a common password, be made of the username or the product name, or repeat a sequence of up to 4 characters.
       */
      readonly password: string;
      /** @description The name to sign in and to be mentioned by. No two users have the same; upper and lower case are the same. */
      readonly username: string;
      /** @description The first name. If it is left out, the username. It has a visible character and none that is invisible; space around it does not count. */
      readonly firstname?: string;
      /** @description The last name. If it is left out, it is empty. It has a visible character and none that is invisible; space around it does not count. */
      readonly lastname?: string;
    };
    /** @description The current and the new password of the caller. */
    readonly ChangePasswordBody: {
      /**
       * Format: password
       * @description The new password. It must not be a common password, be made of the username or the product name, or repeat a sequence of up to 4 characters.
       */
      readonly password: string;
      /**
       * Format: password
       * @description The current password.
       */
      readonly current: string;
    };
    /** @description A session: one client in which the user is signed in. */
    readonly Session: {
      /**
       * Format: uuid
       * @description The id of the session.
       */
      readonly id: string;
      /** @description What the client called itself in `User-Agent`; it may be empty. */
      readonly client: string;
      /**
       * Format: date-time
       * @description When the user signed in.
       */
      readonly createdAt: string;
      /**
       * Format: date-time
       * @description When the session was last used, to the nearest minute or so.
       */
      readonly lastUsedAt: string;
      /**
       * Format: date-time
       * @description The latest end of the session. It ends earlier if it is unused for `SESSION_IDLE`.
       */
      readonly expiresAt: string;
    };
    /** @description A new session and its token. */
    readonly SignedIn: {
      /** @description The token of the session, for clients without cookies: send it as `Authorization: Bearer`. It is not shown again. */
      readonly token: string;
      /** @description The new session. */
      readonly session: components['schemas']['Session'];
      /** @description The user who signed in. */
      readonly user: components['schemas']['User'];
    };
    /** @description What confirms that the caller wants to be deleted. */
    readonly DeleteAccountBody: {
      /**
       * Format: password
       * @description The current password. Required if the user has one.
       */
      readonly password?: string;
      /** @description For a user of an external issuer, who has no password: their own username or id. */
      readonly confirm?: string;
      /**
       * @description Whether the user’s messages stay, under a pseudonym, or are deleted.
       * @default keep
       * @enum {string}
       */
      readonly messages?: 'keep' | 'delete';
    };
    /** @description The username and password of an account. */
    readonly SignInBody: {
      /** @description The username, in upper or lower case. */
      readonly username: string;
      /**
       * Format: password
       * @description The password.
       */
      readonly password: string;
    };
    /** @description The caller and their session. */
    readonly CurrentSession: {
      /** @description The session of this request; `null` if it came with a token of another issuer. */
      readonly session: components['schemas']['Session'] | null;
      /** @description The caller. */
      readonly user: components['schemas']['User'];
    };
    /** @description A session of the caller. */
    readonly OwnSession: {
      /**
       * Format: uuid
       * @description The id of the session.
       */
      readonly id: string;
      /** @description What the client called itself in `User-Agent`; it may be empty. */
      readonly client: string;
      /**
       * Format: date-time
       * @description When the user signed in.
       */
      readonly createdAt: string;
      /**
       * Format: date-time
       * @description When the session was last used, to the nearest minute or so.
       */
      readonly lastUsedAt: string;
      /**
       * Format: date-time
       * @description The latest end of the session. It ends earlier if it is unused for `SESSION_IDLE`.
       */
      readonly expiresAt: string;
      /** @description Whether this request came with this session. */
      readonly current: boolean;
    };
    /** @description A user from whom the caller accepts no direct messages and no invitations. */
    readonly Block: {
      /**
       * Format: uuid
       * @description The id of the blocked user.
       */
      readonly userId: string;
      /**
       * Format: date-time
       * @description When the caller blocked the user.
       */
      readonly createdAt: string;
    };
    /** @description A new public or private room. */
    readonly CreateNamedRoomBody: {
      /**
       * @description `public`: every signed-in user finds and may join it. `private`: by invitation only.
       * @enum {string}
       */
      readonly kind: 'public' | 'private';
      /** @description The name of the room. It has a visible character and none that is invisible; space around it does not count. */
      readonly name: string;
    };
    /** @description The direct conversation with another user. */
    readonly OpenDirectBody: {
      /**
       * @description A direct conversation.
       * @enum {string}
       */
      readonly kind: 'direct';
      /**
       * Format: uuid
       * @description The id of the other user.
       */
      readonly userId: string;
    };
    /** @description A room, or a direct conversation. */
    readonly Room: {
      /**
       * Format: uuid
       * @description The id of the room.
       */
      readonly id: string;
      /**
       * @description `public`: every signed-in user finds and may join it. `private`: by invitation only. `direct`: the conversation of two users.
       * @enum {string}
       */
      readonly kind: 'public' | 'private' | 'direct';
      /** @description The name; `null` for a direct conversation. */
      readonly name: string | null;
      /**
       * Format: date-time
       * @description When the room was closed for new messages; `null` if it is open.
       */
      readonly archivedAt: string | null;
      /**
       * Format: date-time
       * @description When the room was created.
       */
      readonly createdAt: string;
      /**
       * Format: date-time
       * @description When the room was last changed.
       */
      readonly updatedAt: string;
    };
    /** @description The properties to change. Those that are left out stay as they are. */
    readonly UpdateRoomBody: {
      /** @description The new name. It has a visible character and none that is invisible; space around it does not count. */
      readonly name?: string;
      /** @description Whether the room is closed for new messages. */
      readonly archived?: boolean;
    };
    /** @description A message in a room. */
    readonly Message: {
      /**
       * Format: uuid
       * @description The id of the message.
       */
      readonly id: string;
      /**
       * Format: uuid
       * @description The id of the room.
       */
      readonly roomId: string;
      /** @description The place of the message in its room, from 1, without gaps. */
      readonly seq: number;
      /**
       * Format: uuid
       * @description The id of the user who wrote it.
       */
      readonly authorId: string;
      /**
       * Format: uuid
       * @description The UUID that the client generated for the message.
       */
      readonly clientId: string;
      /** @description The plain text; `null` if the message is deleted. */
      readonly text: string | null;
      /** @description The ids of the members whom the message mentions. */
      readonly mentions: readonly string[];
      /**
       * Format: date-time
       * @description When the message was posted.
       */
      readonly createdAt: string;
      /**
       * Format: date-time
       * @description When the message was last edited; `null` if it never was.
       */
      readonly editedAt: string | null;
      /**
       * Format: date-time
       * @description When the message was deleted; `null` if it is not.
       */
      readonly deletedAt: string | null;
    };
    /** @description A member of a room. */
    readonly Member: {
      /**
       * Format: uuid
       * @description The id of the user.
       */
      readonly userId: string;
      /**
       * @description What the member may do: an `owner` may also change the room and its members.
       * @enum {string}
       */
      readonly role: 'owner' | 'member';
      /**
       * Format: date-time
       * @description When the user joined the room.
       */
      readonly joinedAt: string;
    };
    /** @description A room, and what the caller has of it. */
    readonly Membership: {
      /** @description The room. */
      readonly room: components['schemas']['Room'];
      /**
       * @description What the member may do: an `owner` may also change the room and its members.
       * @enum {string}
       */
      readonly role: 'owner' | 'member';
      /**
       * Format: date-time
       * @description When the user joined the room.
       */
      readonly joinedAt: string;
      /** @description The `seq` of the last message; 0 if there is none. */
      readonly lastSeq: number;
      /** @description The `seq` of the last message that the member has read; 0 if there is none. */
      readonly readSeq: number;
      /** @description How many messages of others come after it, without deleted ones. */
      readonly unread: number;
      /** @description How many of the unread messages mention the member. */
      readonly mentions: number;
      /** @description The last message; `null` if there is none. */
      readonly lastMessage: components['schemas']['Message'] | null;
      /** @description The two users of a direct conversation. Other rooms do not have it. */
      readonly members?: readonly components['schemas']['Member'][];
    };
    /** @description An invitation into a room. */
    readonly Invitation: {
      /** @description The room. */
      readonly room: components['schemas']['Room'];
      /**
       * Format: uuid
       * @description The id of the user who is invited.
       */
      readonly userId: string;
      /**
       * Format: uuid
       * @description The id of the user who sent the invitation.
       */
      readonly invitedBy: string;
      /**
       * Format: date-time
       * @description When the user was invited.
       */
      readonly createdAt: string;
    };
    /** @description The role of a member. */
    readonly ChangeRoleBody: {
      /**
       * @description `owner`: may change the room and its members. `member`: may write and read.
       * @enum {string}
       */
      readonly role: 'owner' | 'member';
    };
    /** @description An invitation. */
    readonly InviteBody: {
      /**
       * Format: uuid
       * @description The id of the user to invite.
       */
      readonly userId: string;
    };
    /** @description How far the caller has read. */
    readonly ReadBody: {
      /** @description The `seq` of the last message that the caller has read. */
      readonly seq: number;
    };
    /** @description How far a member has read a room, and what is unread. */
    readonly ReadMarker: {
      /**
       * Format: uuid
       * @description The id of the room.
       */
      readonly roomId: string;
      /** @description The `seq` of the last message that the member has read; 0 if there is none. */
      readonly readSeq: number;
      /** @description How many messages of others come after it, without deleted ones. */
      readonly unread: number;
      /** @description How many of the unread messages mention the member. */
      readonly mentions: number;
    };
    /** @description A new message. */
    readonly PostMessageBody: {
      /**
       * Format: uuid
       * @description A new UUID for each message. A repeat with the same one and the same text posts nothing and gets the same message.
       */
      readonly clientId: string;
      /** @description What the message says. `@username` mentions a member. Plain text with at least one visible character; line breaks are LF. */
      readonly text: string;
    };
    /** @description The new text of a message. */
    readonly EditMessageBody: {
      /** @description What the message says from now on. Plain text with at least one visible character; line breaks are LF. */
      readonly text: string;
    };
    /** @description The result of one check. */
    readonly HealthIndicator: {
      /**
       * @description Whether the check succeeded.
       * @enum {string}
       */
      readonly status: 'up' | 'down';
      /** @description What is wrong, if the check failed. */
      readonly message?: string;
      /** @description Only of `streams`: whether `STREAM_MAX` is reached. All else is still served. */
      readonly full?: boolean;
    };
    /** @description The process is alive. */
    readonly LiveReport: {
      /**
       * @description All checks succeeded.
       * @enum {string}
       */
      readonly status: 'ok';
      /** @description The checks that failed: none. */
      readonly error: {
        readonly [key: string]: components['schemas']['HealthIndicator'];
      };
      /** @description The checks that succeeded: there are none. */
      readonly info: {
        readonly [key: string]: components['schemas']['HealthIndicator'];
      };
      /** @description All checks: there are none. */
      readonly details: {
        readonly [key: string]: components['schemas']['HealthIndicator'];
      };
    };
    /** @description The process is ready: the result of each check, by its name. */
    readonly ReadyReport: {
      /**
       * @description All checks succeeded.
       * @enum {string}
       */
      readonly status: 'ok';
      /** @description The checks that failed: none. */
      readonly error: {
        readonly [key: string]: components['schemas']['HealthIndicator'];
      };
      /** @description The checks that succeeded. */
      readonly info: {
        readonly [key: string]: components['schemas']['HealthIndicator'];
      };
      /** @description All checks. */
      readonly details: {
        readonly [key: string]: components['schemas']['HealthIndicator'];
      };
    };
    readonly RemovedUser: {
      /** Format: uuid */
      readonly id: string;
    };
    readonly EndedSession: {
      /** Format: uuid */
      readonly id: string;
    };
    readonly LeftRoom: {
      /** Format: uuid */
      readonly roomId: string;
      /**
       * Format: uuid
       * @description The user who left, or who removed them.
       */
      readonly by: string;
    };
    readonly MemberOfRoom: {
      /** Format: uuid */
      readonly roomId: string;
      readonly member: components['schemas']['Member'];
    };
    readonly LeftMember: {
      /** Format: uuid */
      readonly roomId: string;
      /** Format: uuid */
      readonly userId: string;
      /**
       * Format: uuid
       * @description The user who left, or who removed them.
       */
      readonly by: string;
    };
    readonly EndedInvitation: {
      /** Format: uuid */
      readonly roomId: string;
      /**
       * Format: uuid
       * @description The user who was invited.
       */
      readonly userId: string;
    };
    readonly EditedMessage: {
      /**
       * Format: uuid
       * @description The id of the message.
       */
      readonly id: string;
      /**
       * Format: uuid
       * @description The id of the room.
       */
      readonly roomId: string;
      /** @description The place of the message in its room, from 1, without gaps. */
      readonly seq: number;
      /**
       * Format: uuid
       * @description The id of the user who wrote it.
       */
      readonly authorId: string;
      /**
       * Format: uuid
       * @description The UUID that the client generated for the message.
       */
      readonly clientId: string;
      /** @description The plain text; `null` if the message is deleted. */
      readonly text: string | null;
      /** @description The ids of the members whom the message mentions. */
      readonly mentions: readonly string[];
      /**
       * Format: date-time
       * @description When the message was posted.
       */
      readonly createdAt: string;
      /**
       * Format: date-time
       * @description When the message was last edited; `null` if it never was.
       */
      readonly editedAt: string | null;
      /**
       * Format: date-time
       * @description When the message was deleted; `null` if it is not.
       */
      readonly deletedAt: string | null;
      /** @description The ids of the members whom it mentioned before, so that a client can correct its counts. */
      readonly previousMentions: readonly string[];
    };
    readonly RemovedBlock: {
      /** Format: uuid */
      readonly userId: string;
    };
    readonly TypingMember: {
      /** Format: uuid */
      readonly roomId: string;
      /** Format: uuid */
      readonly userId: string;
    };
    readonly PresenceChange: {
      /** @description The ids of users who are online. */
      readonly online: readonly string[];
      /** @description The ids of users who are not online any more. */
      readonly offline: readonly string[];
      /** @description `true`: `online` replaces all that was known. `false`: this is a change. */
      readonly complete: boolean;
    };
    /** @description Empty. */
    readonly Heartbeat: Record<string, never>;
    readonly Reset: {
      /**
       * @description `expired`: the events after the cursor are not kept any more. `unknown`: the cursor is not one of this log.
       * @enum {string}
       */
      readonly reason: 'expired' | 'unknown';
      /**
       * Format: uri-reference
       * @description Where to fetch the current state; `null` where Carillon keeps none.
       */
      readonly snapshot: string | null;
    };
    /**
     * @description The cursor after the event: the epoch of the log, and a position in it.
     * @example 6b1f0c2a-1042
     */
    readonly EventId: string;
    /** @description The first frame of a stream, or its closing frame. It has no data: it sets the cursor, and the delay before the client connects again. */
    readonly RetryFrame: {
      /** @description Milliseconds. */
      readonly retry: number;
      readonly id?: string;
    };
    /** @description A user was created or changed. Carries the user after the change. */
    readonly UpdateEvent: {
      /** @constant */
      readonly event: 'update';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['User'];
    };
    /** @description A user was removed or erased. */
    readonly RemoveEvent: {
      /** @constant */
      readonly event: 'remove';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['RemovedUser'];
    };
    /** @description Nothing else was sent for some seconds. Moves the cursor. */
    readonly HeartbeatEvent: {
      /** @constant */
      readonly event: 'heartbeat';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['Heartbeat'];
    };
    /** @description The cursor cannot be used. Fetch the snapshot again; events from now on follow. */
    readonly ResetEvent: {
      /** @constant */
      readonly event: 'reset';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['Reset'];
    };
    /** @description A user was created. */
    readonly UserCreatedEvent: {
      /** @constant */
      readonly event: 'user.created';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['User'];
    };
    /** @description A user was changed. Carries the user after the change. */
    readonly UserUpdatedEvent: {
      /** @constant */
      readonly event: 'user.updated';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['User'];
    };
    /** @description A user was removed. */
    readonly UserRemovedEvent: {
      /** @constant */
      readonly event: 'user.removed';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['RemovedUser'];
    };
    /** @description A user deleted their account. Carries the pseudonym under which others still see their messages. */
    readonly UserErasedEvent: {
      /** @constant */
      readonly event: 'user.erased';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['User'];
    };
    /** @description The subscriber signed in. */
    readonly SessionStartedEvent: {
      /** @constant */
      readonly event: 'session.started';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['Session'];
    };
    /** @description A session of the subscriber ended: signed out, revoked or expired. Its streams end. */
    readonly SessionEndedEvent: {
      /** @constant */
      readonly event: 'session.ended';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['EndedSession'];
    };
    /** @description A public room was created. */
    readonly RoomCreatedEvent: {
      /** @constant */
      readonly event: 'room.created';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['Room'];
    };
    /** @description A room was renamed, archived or reopened. Carries the room after the change. */
    readonly RoomUpdatedEvent: {
      /** @constant */
      readonly event: 'room.updated';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['Room'];
    };
    /** @description The subscriber is a member of a room from now on, and receives its events. */
    readonly RoomJoinedEvent: {
      /** @constant */
      readonly event: 'room.joined';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['Membership'];
    };
    /** @description The subscriber is not a member of a room any more, and receives no more of its events. */
    readonly RoomLeftEvent: {
      /** @constant */
      readonly event: 'room.left';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['LeftRoom'];
    };
    /** @description A user joined the room. */
    readonly MemberJoinedEvent: {
      /** @constant */
      readonly event: 'member.joined';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['MemberOfRoom'];
    };
    /** @description A member has another role. */
    readonly MemberChangedEvent: {
      /** @constant */
      readonly event: 'member.changed';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['MemberOfRoom'];
    };
    /** @description A member left the room, or was removed. */
    readonly MemberLeftEvent: {
      /** @constant */
      readonly event: 'member.left';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['LeftMember'];
    };
    /** @description A user was invited to the room; the user who is invited receives it, too. */
    readonly MemberInvitedEvent: {
      /** @constant */
      readonly event: 'member.invited';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['Invitation'];
    };
    /** @description An invitation was accepted, declined or withdrawn. */
    readonly MemberUninvitedEvent: {
      /** @constant */
      readonly event: 'member.uninvited';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['EndedInvitation'];
    };
    /** @description A message was posted. Its text is `null` once the message is edited or deleted. */
    readonly MessagePostedEvent: {
      /** @constant */
      readonly event: 'message.posted';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['Message'];
    };
    /** @description A message was edited. Carries the message after the change; its text is `null` once the message is edited again or deleted. */
    readonly MessageEditedEvent: {
      /** @constant */
      readonly event: 'message.edited';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['EditedMessage'];
    };
    /** @description A message was deleted. Carries the message without its text; `mentions` are those that it had. */
    readonly MessageDeletedEvent: {
      /** @constant */
      readonly event: 'message.deleted';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['Message'];
    };
    /** @description The subscriber has read up to a message, on any device. */
    readonly ReadMovedEvent: {
      /** @constant */
      readonly event: 'read.moved';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['ReadMarker'];
    };
    /** @description The subscriber blocked a user. */
    readonly BlockAddedEvent: {
      /** @constant */
      readonly event: 'block.added';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['Block'];
    };
    /** @description The subscriber unblocked a user. */
    readonly BlockRemovedEvent: {
      /** @constant */
      readonly event: 'block.removed';
      readonly id: components['schemas']['EventId'];
      readonly data: components['schemas']['RemovedBlock'];
    };
    /** @description A member is typing. Show it for 6 s. Has no `id`, and is not sent again. */
    readonly TypingEvent: {
      /** @constant */
      readonly event: 'typing';
      readonly data: components['schemas']['TypingMember'];
    };
    /** @description Who is online, of the users who share a room of up to 1,000 members with the subscriber: first all of them, then each change. Has no `id`, and is not sent again. */
    readonly PresenceEvent: {
      /** @constant */
      readonly event: 'presence';
      readonly data: components['schemas']['PresenceChange'];
    };
    /** @description A problem document (RFC 9457). */
    readonly Problem: {
      /**
       * Format: uri
       * @description The kind of problem. It is stable: a client may act on it.
       * @enum {string}
       */
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
      /** @description The kind of problem in words. */
      readonly title: string;
      /** @description The status code of the response. */
      readonly status: number;
      /** @description What is wrong with this request, and what would be right. */
      readonly detail: string;
      /** @description The id under which the request is logged, as in `X-Request-Id`. */
      readonly requestId?: string;
      /** @description Each property or parameter that is not valid. */
      readonly errors?: readonly {
        /** @description The name of the property or parameter. */
        readonly field: string;
        /**
         * Format: uri-reference
         * @description Where it is in the body: a JSON Pointer in a URI fragment (RFC 6901, section 6).
         */
        readonly pointer?: string;
        /** @description What it must be. */
        readonly detail: string;
      }[];
      /** @description The result of each check, if a health check fails. */
      readonly checks?: {
        readonly [key: string]: components['schemas']['HealthIndicator'];
      };
    } & {
      readonly [key: string]: unknown;
    };
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
            | components['schemas']['ResetEvent'];
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
