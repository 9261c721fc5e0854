import { useCallback } from 'react';
import { useStore } from '../../store/use-store.js';
import { useAnnouncement } from '../../ui/use-announcement.js';
import { words } from '../../words/words.js';
import { plainTextOf } from '../formatting/plain-text.js';
import { nameOf } from '../people/people.js';
import { announceMessages } from './announce-messages.js';

/** More messages than this are announced as a number. */
const MAX_ANNOUNCED = 3;

/** Announces the messages of others in the open room. */
export function MessageAnnouncer({ roomId }: { roomId: string | null }) {
  const store = useStore();
  const subscribe = useCallback(
    (add: (text: string) => void) =>
      announceMessages({
        me: store.me,
        roomId,
        onEvent: store.onEvent,
        plainTextOf,
        announce: (authorId, text) =>
          add(words.conversation.said(nameOf(store.state, authorId), text)),
      }),
    [store, roomId],
  );
  const text = useAnnouncement(subscribe, describe);
  return (
    <div className="visually-hidden" role="status" aria-label={words.conversation.announcements}>
      {text}
    </div>
  );
}

function describe(messages: readonly string[]): string {
  return messages.length > MAX_ANNOUNCED
    ? words.conversation.newCount(messages.length)
    : messages.join('. ');
}
