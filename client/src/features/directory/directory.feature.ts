import { plainAddress } from '../../shell/address.js';
import { hasDirectory } from '../../settings.js';
import type { Feature } from '../../shell/feature.js';
import { words } from '../../words/words.js';
import { DirectoryPane } from './DirectoryPane.js';

/** All users, kept up to date by a stream of its own: it needs no sign-in while it is open. */
export const directoryFeature: Feature = {
  isOn: hasDirectory,
  routes: [
    {
      address: plainAddress('people'),
      Pane: DirectoryPane,
    },
  ],
  navigation: [{ path: 'people', label: words.directory.navigation }],
};
