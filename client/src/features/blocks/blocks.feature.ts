import { isOn } from '../../settings.js';
import type { Feature } from '../../shell/feature.js';
import { blockEvents, blocks } from './blocks.js';

/** The users whom this user blocks. */
export const blocksFeature: Feature = {
  isOn: isOn('rooms'),
  slices: [blocks],
  events: blockEvents,
};
