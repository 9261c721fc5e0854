import { isOn } from '../../settings.js';
import type { Feature } from '../../shell/feature.js';
import { LevelsBackground } from './LevelsBackground.js';

/** What notifies the user in each room. */
export const levelsFeature: Feature = {
  isOn: isOn('rooms'),
  events: ['level.changed'],
  Background: LevelsBackground,
};
