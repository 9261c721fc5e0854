import { texts } from '../../words/words.js';

export const savedListWords = texts({
  list: 'Saved messages',
  none: 'You have no saved messages. Choose “Save for later” in the menu of a message to find it here. Nobody else sees what you save.',
  remove: 'Remove',
  removeOf: (excerpt: string) => `Remove from saved: ${excerpt}`,
});
