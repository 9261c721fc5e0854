import type { People } from '../chat/people-fold.js';
import type { User } from '../users/user.js';

export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string }
  | { readonly kind: 'mention'; readonly text: string; readonly userId: string };

const SPECIAL =
  /(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]'])|(?<![\p{L}\p{N}_.@-])@([a-z0-9][a-z0-9._-]{1,31})/giu;

/** The text of a message in parts: addresses, those whom it mentions, and what lies between. */
export function partsOf(text: string, mentions: readonly string[], people: People): Part[] {
  const mentioned = mentions.map((id) => people.get(id)).filter((user) => user !== undefined);
  const parts: Part[] = [];
  let end = 0;
  for (const match of text.matchAll(SPECIAL)) {
    const part = partOf(match, mentioned);
    if (!part) continue;
    if (match.index > end) parts.push({ kind: 'text', text: text.slice(end, match.index) });
    parts.push(part);
    end = match.index + part.text.length;
  }
  if (end < text.length) parts.push({ kind: 'text', text: text.slice(end) });
  return parts;
}

function partOf([, link, name]: RegExpMatchArray, mentioned: readonly User[]): Part | null {
  if (link !== undefined) return { kind: 'link', text: link };
  const whole = name?.toLowerCase() ?? '';
  // A dot behind a name more often ends a sentence.
  const trimmed = whole.replace(/[._-]+$/, '');
  const user =
    mentioned.find(({ username }) => username === whole) ??
    mentioned.find(({ username }) => username === trimmed);
  return user?.username
    ? { kind: 'mention', text: `@${name?.slice(0, user.username.length)}`, userId: user.id }
    : null;
}
