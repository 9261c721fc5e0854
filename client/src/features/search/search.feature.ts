import { isOn } from '../../settings.js';
import type { Feature } from '../../shell/feature.js';
import { searchAddress } from './search-address.js';
import { SearchEverywhere } from './SearchEverywhere.js';
import { SearchPage } from './SearchPage.js';

/** Search in the messages of the user's rooms. */
export const searchFeature: Feature = {
  isOn: isOn('rooms'),
  routes: [{ address: searchAddress, Pane: SearchPage }],
  sidebar: { Top: SearchEverywhere },
};
