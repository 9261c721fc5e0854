import { nameOf } from '../chat/names.js';
import { useChat, useChatView } from '../page/use-chat.js';

export function TypingLine({ roomId }: { roomId: string }) {
  const chat = useChat();
  const { state } = useChatView();
  const names = chat.typing.in(roomId).map((userId) => nameOf(state, userId));
  return (
    <p className="typing-line" role="status">
      {wordsFor(names)}
    </p>
  );
}

function wordsFor(names: readonly string[]): string {
  const [one, other] = names;
  if (one === undefined) return '';
  if (names.length > 2) return 'Several people are typing…';
  return other === undefined ? `${one} is typing…` : `${one} and ${other} are typing…`;
}
