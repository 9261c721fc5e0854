import { accountFeature } from './features/account/account.feature.js';
import { blocksFeature } from './features/blocks/blocks.feature.js';
import { conversationFeature } from './features/conversation/conversation.feature.js';
import { directoryFeature } from './features/directory/directory.feature.js';
import { draftsFeature } from './features/drafts/drafts.feature.js';
import { filesFeature } from './features/files/files.feature.js';
import { keyboardFeature } from './features/keyboard/keyboard.feature.js';
import { levelsFeature } from './features/levels/levels.feature.js';
import { linesFeature } from './features/lines/lines.feature.js';
import { notificationsFeature } from './features/notifications/notifications.feature.js';
import { peopleFeature } from './features/people/people.feature.js';
import { pinsFeature } from './features/pins/pins.feature.js';
import { presenceFeature } from './features/presence/presence.feature.js';
import { pushFeature } from './features/push/push.feature.js';
import { reactionsFeature } from './features/reactions/reactions.feature.js';
import { roomListFeature } from './features/room-list/room-list.feature.js';
import { roomsFeature } from './features/rooms/rooms.feature.js';
import { savedFeature } from './features/saved/saved.feature.js';
import { searchFeature } from './features/search/search.feature.js';
import { threadsFeature } from './features/threads/threads.feature.js';
import type { Feature } from './shell/feature.js';

/** In the order of the navigation. */
const all: readonly Feature[] = [
  peopleFeature,
  presenceFeature,
  blocksFeature,
  draftsFeature,
  filesFeature,
  roomsFeature,
  levelsFeature,
  directoryFeature,
  searchFeature,
  reactionsFeature,
  threadsFeature,
  pinsFeature,
  savedFeature,
  linesFeature,
  conversationFeature,
  roomListFeature,
  pushFeature,
  notificationsFeature,
  accountFeature,
  keyboardFeature,
];

/** The features of the page that the server has turned on. */
export const features = all.filter(({ isOn = true }) => isOn);
