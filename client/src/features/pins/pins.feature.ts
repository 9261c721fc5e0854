import { isOn } from '../../settings.js';
import type { Feature } from '../../shell/feature.js';
import { pins } from './pins.js';
import './pins.css';

/** Pinned messages. */
export const pinsFeature: Feature = {
  isOn: isOn('rooms'),
  slices: [pins],
  events: ['message.pinned', 'message.unpinned'],
};
