import { texts } from '../../words/words.js';

export const pinWords = texts({
  pinned: 'Pinned',
  heading: 'Pinned messages',
  pin: 'Pin',
  unpin: 'Remove pin',
  none: 'No message is pinned in this room.',
  loading: 'Loading…',
  failed: 'The pinned messages cannot be shown now. Reload the page when the connection is back.',
});
