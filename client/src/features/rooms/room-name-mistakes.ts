import { cleanName, nameMistake } from '../../../../src/http/name-rules.js';
import { MAX_ROOM_NAME_LENGTH, MAX_TOPIC_LENGTH } from '../../../../src/rooms/room/lengths.js';
import { mistakesOf } from '../../http/failure.js';
import { words } from '../../words/words.js';

export function roomNameMistakes(name: string): Record<string, string> {
  const clean = cleanName(name);
  return mistakesOf({
    name: clean === '' ? words.rooms.enterName : nameMistake(clean, MAX_ROOM_NAME_LENGTH),
  });
}

/** An empty topic is none. */
export function topicMistakes(topic: string): Record<string, string> {
  const clean = cleanName(topic);
  return mistakesOf({ topic: clean === '' ? undefined : nameMistake(clean, MAX_TOPIC_LENGTH) });
}
