import type { Tables } from '@carillon/nestjs';

/** A follower of a thread: a member who wrote its first message or a reply, or whom one of them mentions. */
export interface ThreadFollowersTable {
  room_id: string;
  /** The `seq` of the first message. */
  seq: number;
  user_id: string;
  /** The `seq` of the last reply that was read in the thread. More may have been read in the room. */
  read_seq: number;
}

declare module '@carillon/nestjs' {
  interface Schema {
    thread_followers: ThreadFollowersTable;
  }
}

export const THREAD_TABLES = {
  thread_followers: {
    columns: { room_id: 'text', seq: 'number', user_id: 'text', read_seq: 'number' },
    key: ['room_id', 'seq', 'user_id'],
  },
} satisfies Tables;
