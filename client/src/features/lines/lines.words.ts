import { texts } from '../../words/words.js';

const lists = new Intl.ListFormat('en');

function people(names: readonly string[], count: number): string {
  const others = count - names.length;
  if (names.length === 0) return count === 1 ? '1 person' : `${count} people`;
  return lists.format(
    others > 0 ? [...names, others === 1 ? '1 other' : `${others} others`] : names,
  );
}

export const lineWords = texts({
  joined: (names: readonly string[], count: number) => `${people(names, count)} joined`,
  left: (names: readonly string[], count: number) => `${people(names, count)} left`,
  renamed: (name: string) => `The room is now called “${name}”`,
  topic: (topic: string) => `The topic is now “${topic}”`,
  noTopic: 'The topic was removed',
});
