import { texts } from '../../words/words.js';

export const listedMessagesWords = texts({
  where: '{room} · {author}',
  unknownRoom: 'A room',
  showOlder: 'Show older',
});
