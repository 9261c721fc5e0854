import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Chat, ChatView } from '../chat/chat.js';

export const ChatContext = createContext<Chat | null>(null);

export function useChat(): Chat {
  const chat = useContext(ChatContext);
  if (!chat) throw new Error('Nobody is signed in here');
  return chat;
}

export function useChatView(): ChatView {
  const chat = useChat();
  return useSyncExternalStore(chat.subscribe, chat.view);
}
