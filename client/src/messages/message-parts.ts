import { type NameInText, piecesOf } from '../../../src/rooms/mentions.js';
import type { People } from '../chat/people-fold.js';
import type { User } from '../users/user.js';

export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string }
  | { readonly kind: 'mention'; readonly text: string; readonly userId: string };

/** The text of a message in parts: links, the users whom it mentions, and what lies between. */
export function partsOf(text: string, mentions: readonly string[], people: People): Part[] {
  const mentioned = mentions.map((id) => people.get(id)).filter((user) => user !== undefined);
  return piecesOf(text).flatMap((piece): Part[] => {
    if (piece.kind !== 'mention') return [piece];
    const user = userNamed(piece, mentioned);
    if (!user?.username) return [{ kind: 'text', text: piece.text }];
    const end = 1 + user.username.length;
    const mention = { kind: 'mention', text: piece.text.slice(0, end), userId: user.id } as const;
    return [mention, { kind: 'text', text: piece.text.slice(end) }];
  });
}

function userNamed({ whole, trimmed }: NameInText, users: readonly User[]): User | undefined {
  const named = (name: string) => users.find(({ username }) => username === name);
  return named(whole) ?? named(trimmed);
}
