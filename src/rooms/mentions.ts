import { USERNAME } from '../users/username.js';
import { codeIn } from './code-spans.js';
import { KEYCAP, SPACED_LETTER, UNSEEN } from './letters.js';

/** What a text is divided into. A mention is one where a member has the name; it ends in the punctuation after it. */
export type Piece =
  | { readonly kind: 'text' | 'link'; readonly text: string }
  | ({ readonly kind: 'mention'; readonly text: string } & NameInText);

/** A name as it stands in a text, and without the punctuation that follows it: one of the two may be meant. */
export interface NameInText {
  readonly whole: string;
  readonly trimmed: string;
}

/** Also as East Asian keyboards write it. */
const AT = '@＠﹫';
/** What usernames are made of, also in full width. */
const NAME = String.raw`[A-Za-z0-9._\-Ａ-Ｚａ-ｚ０-９．＿－]`;

/** Hebrew and Arabic write prepositions in front of a name without a space. */
const PREFIXED = String.raw`\p{scx=Hebr}\p{scx=Arab}`;
/**
 * An `@` that may begin a mention: not after a letter or an underscore after one, as in `x@bob.com`, not after a slash, as
 * in a path, and not after another `@`.
 */
const NO_ADDRESS = String.raw`(?=[${AT}])(?<![${AT}/\\]|(?![${PREFIXED}])${SPACED_LETTER}(?:_|${UNSEEN})*)`;

/**
 * What follows a name that mentions nobody: the rest of a package (`@bob/pkg`), the host of an address (`@bob@example.org`,
 * `@bob:example.org`), a letter that makes it another word (`@bobé`), or what makes an emoji of its last digit (`@bob1️⃣`).
 */
const NO_NAME = new RegExp(
  [
    String.raw`/[\p{L}\p{N}_]`,
    String.raw`[${AT}:](?:[\p{L}\p{M}\p{N}-]+\.)+\p{L}{2}`,
    String.raw`${UNSEEN}*(?:${SPACED_LETTER}|${KEYCAP})`,
  ].join('|'),
  'uy',
);

/** Up to what cannot be in an address: white space, controls of direction, quotes, and the punctuation of East Asian texts. */
const IN_ADDRESS = String.raw`[^\s\p{Cc}\u200B\u200E\u200F\u202A-\u202E\u2066-\u2069<>"\x60“”«»、。，！？：；…（）「」『』【】《》〈〉〔〕［］｛｝]`;

const TOKEN = new RegExp(
  [
    String.raw`(?<link>(?<![A-Za-z0-9])[Hh][Tt][Tt][Pp][Ss]?://${IN_ADDRESS}*)`,
    // Other addresses: they may have an `@`, but are not links.
    String.raw`(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9+-]{0,31}://${IN_ADDRESS}*`,
    String.raw`(?<![\p{L}\p{M}\p{N}.-])(?:[\p{L}\p{M}\p{N}-]{1,63}\.){1,8}\p{L}{2,63}(?::\d+)?[/?#]${IN_ADDRESS}*`,
    String.raw`(?<names>${NO_ADDRESS}[${AT}]${NAME}+(?:/?[${AT}]${NAME}+)*)`,
  ].join('|'),
  'gu',
);

const NAMES = new RegExp(`[${AT}](${NAME}+)`, 'gu');
/** A name of which less than two characters are typed. */
const BEGUN = new RegExp(`${NO_ADDRESS}[${AT}](${NAME}?)$`, 'u');

/** What may end a username, and more often ends a sentence. */
const PUNCTUATION = /(?<![._-])[._-]+$/;

/**
 * Divides the text of a message into links, mentions and the text between them. The server notifies the users whom it finds
 * here, and the page highlights them. Code, addresses and packages mention nobody. Whatever the text, the time is linear in
 * its length.
 */
export const piecesOf = (text: string): Piece[] =>
  merged(codeIn(text).flatMap((part) => (part.isCode ? [plain(part.text)] : divided(part.text))));

/** The usernames that a text may mention. */
export const usernamesIn = (text: string): NameInText[] =>
  piecesOf(text).filter((piece) => piece.kind === 'mention');

/** A text in which a name stands for each mention of a username. */
export const withoutMentionsOf = (username: string, text: string, name: string): string =>
  piecesOf(text)
    .map((piece) =>
      piece.kind === 'mention' && [piece.whole, piece.trimmed].includes(username)
        ? name + piece.text.slice(1 + username.length)
        : piece.text,
    )
    .join('');

/** What is typed of a username at the end of a text; empty after an `@` alone, `undefined` where no mention begins. */
export function begunMention(text: string): string | undefined {
  const last = piecesOf(text).at(-1);
  if (last?.kind === 'mention') return last.whole;
  const begun = last?.kind === 'text' ? BEGUN.exec(last.text)?.[1] : undefined;
  return begun === undefined ? undefined : folded(begun);
}

function divided(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const { link, names } = match.groups!;
    pieces.push(plain(text.slice(end, match.index)));
    if (names !== undefined) pieces.push(...mentionsIn(names, match.index, text));
    else if (link !== undefined) pieces.push(...linkIn(link));
    else pieces.push(plain(match[0]));
    end = match.index + match[0].length;
  }
  return [...pieces, plain(text.slice(end))];
}

/** Several names may follow each other directly: `@ada@bob`, `@ada/@bob`. */
function mentionsIn(names: string, start: number, text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  let isHost = false;
  for (const match of names.matchAll(NAMES)) {
    const [mention, name] = match;
    const next = match.index + mention.length;
    NO_NAME.lastIndex = start + next;
    const follows = NO_NAME.exec(text)?.[0] ?? '';
    pieces.push(plain(names.slice(end, match.index)));
    const found = nameIn(name!);
    const isName = found && !isHost && follows === '';
    pieces.push(isName ? { kind: 'mention', text: mention, ...found } : plain(mention));
    isHost = new RegExp(`^[${AT}]`, 'u').test(follows);
    end = next;
  }
  return pieces;
}

function nameIn(raw: string): NameInText | undefined {
  const whole = folded(raw);
  const trimmed = whole.replace(PUNCTUATION, '');
  return USERNAME.test(whole) || USERNAME.test(trimmed) ? { whole, trimmed } : undefined;
}

/** As usernames are kept. The length stays the same: `NAME` has nothing that becomes two. */
const folded = (name: string): string => name.normalize('NFKC').toLowerCase();

/** An address without the punctuation of the sentence around it: a closing bracket is part of it where it has the opening one. */
function linkIn(address: string): Piece[] {
  const link = address.slice(0, endOfAddress(address));
  return /^https?:\/\/./isu.test(link)
    ? [{ kind: 'link', text: link }, plain(address.slice(link.length))]
    : [plain(address)];
}

const ENDS_SENTENCE = new Set(".,;:!?'’*_~");
const BRACKETS = new Map([
  [')', '('],
  [']', '['],
  ['}', '{'],
]);

function endOfAddress(address: string): number {
  const count = new Map<string, number>();
  for (const one of address) count.set(one, (count.get(one) ?? 0) + 1);
  for (let end = address.length; end > 0; end--) {
    const last = address[end - 1]!;
    const opening = BRACKETS.get(last);
    const isExtra = opening !== undefined && count.get(last)! > (count.get(opening) ?? 0);
    if (!isExtra && !ENDS_SENTENCE.has(last)) return end;
    count.set(last, count.get(last)! - 1);
  }
  return 0;
}

const plain = (text: string): Piece => ({ kind: 'text', text });

/** Pieces of text that follow each other become one. */
function merged(pieces: readonly Piece[]): Piece[] {
  const result: Piece[] = [];
  for (const piece of pieces) {
    const last = result.at(-1);
    if (piece.text === '') continue;
    if (piece.kind === 'text' && last?.kind === 'text')
      result[result.length - 1] = plain(last.text + piece.text);
    else result.push(piece);
  }
  return result;
}
