import { isOn } from '../../settings.js';
import type { Feature } from '../../shell/feature.js';
import { roomsWithDrafts } from './drafts.js';
import { DraftsBackground } from './DraftsBackground.js';

/** What the user has typed and not sent. */
export const draftsFeature: Feature = {
  isOn: isOn('rooms'),
  slices: [roomsWithDrafts],
  Background: DraftsBackground,
};
