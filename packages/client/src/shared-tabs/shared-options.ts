import type { ConnectionOptions } from '../connection-options.js';
import type { Credentials } from '../credentials.js';
import type { FollowStatus, ShareTabs } from '../options.js';
import type { TabChannel } from './tab-channel.js';
import type { TabEvents } from './tab-events.js';

export type SharedStreamOptions = ConnectionOptions & { readonly shareTabs: string | ShareTabs };

/** An answer that has not arrived after this, in ms, will not arrive. */
export const ANSWER = 1_000;

/** What a tab keeps while it changes between leading and following. */
export interface SharingTab {
  readonly options: SharedStreamOptions;
  readonly credentials: Credentials;
  readonly channel: TabChannel;
  readonly events: TabEvents;
  readonly onStatus: (status: FollowStatus) => void;
}
