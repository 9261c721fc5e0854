import { texts } from '../../words/words.js';

export const roomListWords = texts({
  groups: {
    favourites: 'Favourites',
    direct: 'Direct messages',
    rooms: 'Rooms',
    archived: 'Archived',
  },
  show: 'Show',
  filters: { all: 'All', unread: 'Unread', active: 'Active in the last 30 days' },
  noneShown: 'There are no such rooms.',
  showAll: 'Show all',
  menu: (room: string) => `Options for ${room}`,
  addFavourite: 'Add to favourites',
  removeFavourite: 'Remove from favourites',
  markUnread: 'Mark as unread',
  markRead: 'Mark as read',
  close: 'Close conversation',
  muted: ', muted',
});
