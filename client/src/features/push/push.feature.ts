import { isOn } from '../../settings.js';
import type { Feature } from '../../shell/feature.js';
import { PushBackground } from './PushBackground.js';

/** Notifications while the page is closed, the page without a server, and the badge of the installed page. */
export const pushFeature: Feature = { isOn: isOn('push'), Background: PushBackground };
