import { isOn } from '../../settings.js';
import type { Feature } from '../../shell/feature.js';
import { onlineUsers } from './presence.js';

/** Who is online. */
export const presenceFeature: Feature = {
  isOn: isOn('rooms'),
  slices: [onlineUsers],
};
