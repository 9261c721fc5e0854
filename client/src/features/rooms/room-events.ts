import type { EventName } from '../../store/events.js';

export const roomEvents = [
  'room.created',
  'room.updated',
  'room.joined',
  'room.left',
  'member.joined',
  'member.changed',
  'member.left',
  'member.invited',
  'member.uninvited',
  'message.posted',
  'message.edited',
  'message.deleted',
  'message.pinned',
  'message.unpinned',
  'reaction.added',
  'reaction.removed',
  'read.moved',
  'level.changed',
  'favourite.changed',
  'saved.changed',
] as const satisfies readonly EventName[];
