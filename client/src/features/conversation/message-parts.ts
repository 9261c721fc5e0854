import { isAll, type NameInText, piecesOf } from '../../../../src/rooms/messages/mentions.js';
import { RESERVED_USERNAME } from '../../../../src/users/username.js';
import type { People } from '../people/people.js';
import type { User } from '../people/user.js';
import type { Message } from '../rooms/message.js';

export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly href: string }
  | { readonly kind: 'mention'; readonly text: string; readonly userId: string }
  | { readonly kind: 'mention of all'; readonly text: string };

/** Whom the server found in the text of a message. */
export type Mentioned = Pick<Message, 'mentions' | 'mentionsAll'>;

/** The text of a message in parts: links, the users whom it mentions, and what lies between. */
export function partsOf(
  text: string,
  { mentions, mentionsAll }: Mentioned,
  people: People,
): Part[] {
  const mentioned = mentions.map((id) => people.get(id)).filter((user) => user !== undefined);
  return piecesOf(text).flatMap((piece): Part[] => {
    if (piece.kind !== 'mention') return [piece];
    if (mentionsAll && isAll(piece)) return mentionOfAll(piece.text);
    const user = userNamed(piece, mentioned);
    if (!user?.username) return [{ kind: 'text', text: piece.text }];
    const end = 1 + user.username.length;
    const mention = { kind: 'mention', text: piece.text.slice(0, end), userId: user.id } as const;
    return [mention, { kind: 'text', text: piece.text.slice(end) }];
  });
}

/** Without the punctuation after it. */
function mentionOfAll(text: string): Part[] {
  const end = 1 + RESERVED_USERNAME.length;
  return [
    { kind: 'mention of all', text: text.slice(0, end) },
    { kind: 'text', text: text.slice(end) },
  ];
}

function userNamed({ whole, trimmed }: NameInText, users: readonly User[]): User | undefined {
  const named = (name: string) => users.find(({ username }) => username === name);
  return named(whole) ?? named(trimmed);
}
