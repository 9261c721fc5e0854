import { isOn } from '../../settings.js';
import type { Feature } from '../../shell/feature.js';
import { threadEvents, unreadThreads } from './unread-threads.js';
import './threads.css';

/** Threads: the replies to one message. */
export const threadsFeature: Feature = {
  isOn: isOn('rooms'),
  slices: [unreadThreads],
  events: threadEvents,
};
