import { texts } from '../../words/words.js';

const plural = new Intl.PluralRules('en');
const numbers = new Intl.NumberFormat('en');
const lists = new Intl.ListFormat('en');

const others = (n: number) =>
  `${numbers.format(n)} ${plural.select(n) === 'one' ? 'other' : 'others'}`;

export const reactionWords = texts({
  heading: 'Reactions',
  react: 'React',
  reactTo: (text: string) => `React to: ${text}`,
  pick: 'Choose an emoji',
  you: 'you',
  count: (n: number) => numbers.format(n),
  of: (emoji: string, n: number, names: string) => `${emoji} ${numbers.format(n)}: ${names}`,
  names: (names: readonly string[], more: number) =>
    lists.format(more > 0 ? [...names, others(more)] : names),
});
