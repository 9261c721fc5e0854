import { isOn } from '../../settings.js';
import type { Feature } from '../../shell/feature.js';
import { RoomsInSidebar } from './RoomsInSidebar.js';
import './room-list.css';

/** The user's rooms in the sidebar: in groups, filtered, with a menu for each. */
export const roomListFeature: Feature = {
  isOn: isOn('rooms'),
  sidebar: { List: RoomsInSidebar },
};
