import type { Feature } from '@carillon/nestjs';
import { createFavourites } from './favourites/favourites.migrations.js';
import { FAVOURITE_TABLES } from './favourites/favourites.tables.js';
import { createNotificationLevels } from './levels/levels.migrations.js';
import { LEVEL_TABLES } from './levels/levels.tables.js';
import { createHistoryLines } from './lines/lines.migrations.js';
import { LINE_TABLES } from './lines/lines.tables.js';
import { RoomCompany } from './members/room-company.js';
import { RoomPermissions } from './members/room-permissions.js';
import { RoomsData } from './rooms-data.js';
import { ROOM_EVENTS, ROOMS } from './room/rooms.events.js';
import {
  createBlocks,
  createFiles,
  createMentions,
  createMentionsOfAll,
  createMessages,
  createReactions,
  createReplies,
  createRooms,
  createTopics,
} from './rooms.migrations.js';
import { ROOM_TABLES } from './room/rooms.tables.js';
import { PIN_EVENTS } from './pins/pins.events.js';
import { createPins } from './pins/pins.migrations.js';
import { PIN_TABLES } from './pins/pins.tables.js';
import { SAVED_EVENTS } from './saved/saved.events.js';
import { createSavedMessages } from './saved/saved.migrations.js';
import { SAVED_TABLES } from './saved/saved.tables.js';
import { THREAD_EVENTS } from './threads/threads.events.js';
import { createThreads } from './threads/threads.migrations.js';
import { THREAD_TABLES } from './threads/threads.tables.js';
import { createWordIndex } from './messages/word-index.migrations.js';
import type { ApiTags } from '../http/api-tags.js';

const TAGS: ApiTags = {
  Files: 'Images and files of messages.',
  Messages: 'Messages in rooms, and message search.',
  Rooms: 'Rooms and direct conversations, their members and invitations.',
};

export const roomsFeature: Feature = {
  name: 'rooms',
  apiTags: TAGS,
  topics: {
    [ROOMS]: {
      audience: 'signed-in',
      snapshot: '/api/me/rooms',
      isHome: true,
      events: [...ROOM_EVENTS, ...THREAD_EVENTS, ...PIN_EVENTS, ...SAVED_EVENTS],
    },
  },
  permissions: RoomPermissions,
  personalData: RoomsData,
  company: RoomCompany,
  tables: {
    ...ROOM_TABLES,
    ...LEVEL_TABLES,
    ...FAVOURITE_TABLES,
    ...THREAD_TABLES,
    ...PIN_TABLES,
    ...SAVED_TABLES,
    ...LINE_TABLES,
  },
  migrations: {
    rooms: createRooms,
    blocks: createBlocks,
    messages: createMessages,
    'word-index': createWordIndex,
    mentions: createMentions,
    reactions: createReactions,
    replies: createReplies,
    'mentions-of-all': createMentionsOfAll,
    'notification-levels': createNotificationLevels,
    favourites: createFavourites,
    topics: createTopics,
    files: createFiles,
    threads: createThreads,
    pins: createPins,
    'history-lines': createHistoryLines,
    'saved-messages': createSavedMessages,
  },
};
