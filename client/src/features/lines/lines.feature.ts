import { isOn } from '../../settings.js';
import type { Feature } from '../../shell/feature.js';
import { roomLines } from './room-lines.js';

/** Joins, leaves, renames and topic changes in the history of a room. */
export const linesFeature: Feature = {
  isOn: isOn('rooms'),
  slices: [roomLines],
  events: ['member.joined', 'member.left', 'room.updated', 'room.left', 'message.posted'],
};
