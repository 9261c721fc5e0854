import { isOn } from '../../settings.js';
import type { Feature } from '../../shell/feature.js';
import { roomAddress } from '../rooms/room-address.js';
import { ConversationBackground } from './ConversationBackground.js';
import { histories } from './histories.js';
import { waitingMessages } from './message-sender.js';
import { outboxEntries } from './outbox-service.js';
import { openThread } from './open-thread.js';
import { RoomPane } from './RoomPage.js';
import { roomThreads } from './room-threads.js';
import { typingUsers } from './typing.js';
import './conversation.css';

/** The open room: its messages, and those being written. */
export const conversationFeature: Feature = {
  isOn: isOn('rooms'),
  slices: [histories, typingUsers, outboxEntries, waitingMessages, openThread, roomThreads],
  events: ['message.posted', 'message.edited', 'message.deleted', 'member.left', 'room.left'],
  routes: [{ address: roomAddress, Pane: RoomPane }],
  Background: ConversationBackground,
};
