/** For the primary process of an application that runs several workers with `node:cluster`. It loads nothing else of the package. */
export { forwardNotifications } from './engine/forward-notifications.js';
