import type { FollowOptions, FollowStatus } from './options.js';

/** What a connection needs of the options; the handlers are its owner's. */
export type ConnectionOptions = Omit<FollowOptions, 'on' | 'onStatus' | 'shareTabs'>;

/** What a connection delivers. */
export interface ConnectionEvents {
  /** Types of event to ask for; `null` for all. */
  readonly types: () => readonly string[] | null;
  /** An event; `id` is the cursor after it. Whatever is thrown means that it was not handled. */
  readonly onEvent: (type: string, data: string, id: string | null) => void;
  /** Everything up to the cursor has been delivered. */
  readonly onCursor: (cursor: string) => void;
  readonly onSnapshot: (cursor: string) => void;
  readonly onStatus: (status: FollowStatus) => void;
}
