import { isOn } from '../../settings.js';
import { plainAddress } from '../../shell/address.js';
import type { Feature } from '../../shell/feature.js';
import { savedWords as words } from './saved.words.js';
import { SavedPage } from './SavedPage.js';
import './saved.css';

/** Messages that the user has saved for later. */
export const savedFeature: Feature = {
  isOn: isOn('rooms'),
  routes: [{ address: plainAddress('saved'), Pane: SavedPage }],
  navigation: [{ path: 'saved', label: words.saved }],
};
