import { plainAddress } from '../../shell/address.js';
import { isOn } from '../../settings.js';
import type { Feature } from '../../shell/feature.js';
import { words } from '../../words/words.js';
import { BrowsePage } from './BrowsePage.js';
import { ChooseRoom } from './RoomLinks.js';
import { myInvitations } from './invitations.js';
import { memberships, removals } from './memberships.js';
import { NewRoomPage } from './NewRoomPage.js';
import { roomEvents } from './room-events.js';
import { roomMembers } from './room-members.js';
import './rooms.css';

/** The user's rooms, their members and invitations. */
export const roomsFeature: Feature = {
  isOn: isOn('rooms'),
  slices: [memberships, myInvitations, removals, roomMembers],
  events: roomEvents,
  routes: [
    { address: plainAddress('new-room'), Pane: NewRoomPage },
    { address: plainAddress('browse'), Pane: BrowsePage },
  ],
  navigation: [
    { path: 'new-room', label: words.rooms.newChat },
    { path: 'browse', label: words.rooms.browse },
  ],
  NothingOpen: ChooseRoom,
};
