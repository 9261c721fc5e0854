import { useEffect } from 'react';
import { nameOf } from '../chat/names.js';
import { useChat, useChatView } from './use-chat.js';

/** The name of somebody, who is fetched where they are not known yet. */
export function useName(userId: string): string {
  const chat = useChat();
  const { state } = useChatView();
  useEffect(() => chat.needPerson(userId), [chat, userId]);
  return nameOf(state, userId);
}
