import { plainAddress } from '../../shell/address.js';
import { settings } from '../../settings.js';
import type { Feature } from '../../shell/feature.js';
import { AccountBackground } from './AccountBackground.js';
import { AccountInSidebar } from './AccountInSidebar.js';
import { ProfilePage } from './ProfilePage.js';
import { sessionEvents } from './session-events.js';
import { SessionsPage } from './SessionsPage.js';

/** Signing in and out, the profile, and the sessions of the user. */
export const accountFeature: Feature = {
  events: sessionEvents,
  routes: [
    { address: plainAddress('profile'), Pane: ProfilePage },
    ...(settings.passwords ? [{ address: plainAddress('sessions'), Pane: SessionsPage }] : []),
  ],
  sidebar: { Foot: AccountInSidebar },
  Background: AccountBackground,
};
