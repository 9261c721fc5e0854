import { isOn } from '../../settings.js';
import type { Feature } from '../../shell/feature.js';
import { savedAddress } from './saved-address.js';
import { savedWords as words } from './saved.words.js';
import { SavedPage } from './SavedPage.js';
import './saved.css';

/** Messages that the user has saved for later. */
export const savedFeature: Feature = {
  isOn: isOn('rooms'),
  routes: [{ address: savedAddress, Pane: SavedPage }],
  navigation: [{ path: savedAddress.path, label: words.saved }],
};
