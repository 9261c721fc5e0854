import type { Generated } from 'kysely';

/** A user as it is stored. Times are ISO 8601 in UTC with milliseconds. */
export interface UsersTable {
  id: string;
  firstname: string;
  lastname: string;
  /** Of those who can sign in by a password. */
  username: string | null;
  created_at: string;
  updated_at: string;
  /** When the user deleted their account; the row stays, as a pseudonym. */
  erased_at: Generated<string | null>;
}

/** Users who are being erased. A row is deleted when nothing is left to do. */
export interface ErasuresTable {
  user_id: string;
  /** The username until then: mentions of it are replaced. */
  username: string | null;
  /** What becomes of the messages that the user wrote. */
  messages: 'keep' | 'delete';
  /** The step of the erasure that comes next, and where it continues; empty for its start. */
  step: string;
  after: string;
  /** When all steps are repeated, for what requests under way have still stored; `null` the first time. */
  again_at: string | null;
}

/** The event log: `position` counts from 1 without gaps, in the order of the commits. */
export interface EventsTable {
  position: number;
  topic: string;
  type: string;
  /** JSON. */
  data: string;
  actor: string | null;
  at: string;
  /** 0 where another program has opened it to every subscriber that names its topic; else 1. */
  private: Generated<number>;
  /** Whose content `data` holds, such as `message/<id>`; `null` where it holds none, or none any more. */
  subject: string | null;
  /** The subject whose earlier events were redacted in the transaction that recorded this one. */
  redacts: string | null;
}

/** One row. `head` is the last position given, `oldest` the first that is still kept. */
export interface EventLogTable {
  id: Generated<number>;
  /** Eight hex digits, drawn when the database is made: a cursor of another database is told by it. */
  epoch: string;
  head: number;
  oldest: number;
}

/** Answers to requests that carried an Idempotency-Key, stored in the transaction that they speak of. */
export interface IdempotencyKeysTable {
  scope: string;
  key: string;
  /** A pseudonym of the user, or of the network where nobody signed in. */
  owner: string;
  fingerprint: string;
  /** JSON of a StoredAnswer. */
  answer: string;
  created_at: string;
}

/** argon2id in the PHC string format. */
export interface PasswordsTable {
  user_id: string;
  hash: string;
}

/** Whom another issuer vouches for. */
export interface IdentitiesTable {
  issuer: string;
  subject: string;
  user_id: string;
}

/** A sign-in. Of its token only a digest is stored. */
export interface SessionsTable {
  id: string;
  user_id: string;
  token_hash: string;
  client: string;
  created_at: string;
  last_used_at: string;
  expires_at: string;
}

/** Failed sign-ins by key: a pseudonym of an account, a network, or both. Times are ISO 8601. */
export interface SignInFailuresTable {
  key: string;
  forgotten_at: string;
  blocked_until: string;
}

/** Networks and devices from which users signed in, as pseudonyms. */
export interface SignInSourcesTable {
  user_id: string;
  source: string;
  last_used_at: string;
}

export interface RoomsTable {
  id: string;
  kind: 'public' | 'private' | 'direct';
  /** `null` for a direct conversation. */
  name: string | null;
  /** The two of a direct conversation, which makes it the same one each time; `null` for others. */
  direct_key: string | null;
  /** Of the last message; 0 where there is none. */
  last_seq: number;
  archived_at: string | null;
  created_at: string;
  updated_at: string;
}

export interface MembersTable {
  room_id: string;
  user_id: string;
  role: 'owner' | 'member';
  /** Up to and including this one, all is read. */
  read_seq: number;
  joined_at: string;
  /** 1 for a direct conversation that the member hides until something new is said in it. */
  hidden: Generated<number>;
}

/** That a user accepts no direct messages and no invitations from another one. */
export interface BlocksTable {
  user_id: string;
  blocked_id: string;
  created_at: string;
}

export interface InvitationsTable {
  room_id: string;
  user_id: string;
  invited_by: string;
  created_at: string;
}

/** `seq` counts from 1 without gaps in each room; one that is deleted keeps its place. */
export interface MessagesTable {
  number: Generated<number>;
  id: string;
  room_id: string;
  seq: number;
  author_id: string;
  client_id: string;
  /** `null` once it is deleted. */
  text: string | null;
  /** JSON list of user ids. */
  mentions: string;
  /** What search finds it by: see `src/rooms/words.ts`. */
  words: string;
  /** By which definition of a word: `WORDS_VERSION` of the process that wrote them. */
  words_version: Generated<number>;
  created_at: string;
  edited_at: string | null;
  deleted_at: string | null;
}

/** Of messages that are not deleted. */
export interface MentionsTable {
  room_id: string;
  user_id: string;
  seq: number;
}

/** What all processes of an installation share: its `key`, 64 hex digits. */
export interface InstallationTable {
  name: 'key';
  value: string;
}

export interface Schema {
  users: UsersTable;
  erasures: ErasuresTable;
  events: EventsTable;
  event_log: EventLogTable;
  idempotency_keys: IdempotencyKeysTable;
  passwords: PasswordsTable;
  identities: IdentitiesTable;
  sessions: SessionsTable;
  sign_in_failures: SignInFailuresTable;
  sign_in_sources: SignInSourcesTable;
  rooms: RoomsTable;
  members: MembersTable;
  invitations: InvitationsTable;
  messages: MessagesTable;
  mentions: MentionsTable;
  blocks: BlocksTable;
  installation: InstallationTable;
}
