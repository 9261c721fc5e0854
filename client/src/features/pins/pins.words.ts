import { texts } from '../../words/words.js';

export const pinWords = texts({
  pinned: 'Pinned',
  heading: 'Pinned messages',
  pin: 'Pin',
  unpin: 'Remove pin',
  none: 'No message is pinned in this room.',
  loading: 'Loading…',
});
