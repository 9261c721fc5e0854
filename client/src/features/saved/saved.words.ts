import { texts } from '../../words/words.js';

export const savedWords = texts({
  saved: 'Saved',
  save: 'Save for later',
  unsave: 'Remove from saved',
});
