import { texts } from '../../words/words.js';

/** By the category of Unicode. */
const categories: Readonly<Record<string, string>> = {
  'Smileys & Emotion': 'Smileys',
  'People & Body': 'People',
  'Animals & Nature': 'Animals and nature',
  'Food & Drink': 'Food and drink',
  'Travel & Places': 'Travel and places',
  Activities: 'Activities',
  Objects: 'Objects',
  Symbols: 'Symbols',
  Flags: 'Flags',
};

export const allEmojiWords = texts({
  search: 'Search emoji',
  noneFound: 'No emoji found.',
  categories,
});
