import { textOrNames } from '../files/file-names.js';
import type { StreamEvent } from '../../store/events.js';

interface Announcing {
  readonly me: string;
  readonly roomId: string | null;
  readonly onEvent: (listener: (event: StreamEvent) => void) => () => void;
  /** The text without markup. */
  readonly plainTextOf: (text: string) => Promise<string>;
  readonly announce: (authorId: string, text: string) => void;
}

/**
 * Announces the messages of others in a room, in their order: the first text with markup waits for the parser.
 *
 * @returns a function that stops it, also for the texts that are still waiting
 */
export function announceMessages(options: Announcing): () => void {
  const { me, roomId, onEvent, plainTextOf, announce } = options;
  let isNeeded = true;
  let last = Promise.resolve();
  const stop = onEvent(({ name, data }) => {
    if (name !== 'message.posted' || data.roomId !== roomId) return;
    const { authorId, text, files } = data;
    if (authorId === me || text === null) return;
    last = last.then(async () => {
      const plain = await plainTextOf(textOrNames(text, files));
      if (isNeeded) announce(authorId, plain);
    });
  });
  return () => {
    isNeeded = false;
    stop();
  };
}
