import { useEffect } from 'react';
import { titleOf } from '../chat/names.js';
import { useChatView } from '../page/use-chat.js';

/** The title tells how much there is to read, and where one is. */
export function useTitle(roomId: string | null): void {
  const { state } = useChatView();
  const unread = state.memberships.part.reduce((sum, mine) => sum + mine.unread, 0);
  const open = state.memberships.part.find(({ room }) => room.id === roomId);
  const name = open ? `${titleOf(state, open)} · Carillon` : 'Carillon';
  const title = unread > 0 ? `(${unread}) ${name}` : name;
  useEffect(() => {
    const before = document.title;
    document.title = title;
    return () => {
      document.title = before;
    };
  }, [title]);
}
