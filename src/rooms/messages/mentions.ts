import { RESERVED_USERNAME, USERNAME } from '../../users/username.js';
import { codeIn } from './code-spans.js';
import { KEYCAP, SPACED_LETTER, UNSEEN } from '../../words/letters.js';

/**
 * A piece of a text. It mentions a member only if one has the name. The punctuation after the name is part of the
 * piece.
 */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly href: string }
  | ({ readonly kind: 'mention'; readonly text: string } & NameInText);

/** A name as it stands in a text, and without the punctuation that follows it: one of the two may be meant. */
export interface NameInText {
  readonly whole: string;
  readonly trimmed: string;
}

/** Also as East Asian keyboards write it. */
const AT = '@＠﹫';
/** Most messages have none, and need not be divided. */
const ANY_AT = new RegExp(`[${AT}]`, 'u');
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
    String.raw`(?<link>(?<![A-Za-z0-9])[Hh][Tt][Tt][Pp][Ss]?://)`,
    String.raw`(?<www>(?<![\p{L}\p{M}\p{N}./@_-])[Ww]{3}\.(?=(?:[\p{L}\p{M}\p{N}-]{1,63}\.){1,8}\p{L}{2}))`,
    String.raw`(?<mail>(?<![\p{L}\p{M}\p{N}._%+/@-])[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,63}(?![\p{L}\p{M}\p{N}@_-]|[.:][\p{L}\p{N}/]))`,
    // Other addresses: they may have an `@`, but are not links.
    String.raw`(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9+-]{0,31}://${IN_ADDRESS}*`,
    String.raw`(?<![\p{L}\p{M}\p{N}.-])(?:[\p{L}\p{M}\p{N}-]{1,63}\.){1,8}\p{L}{2,63}(?::\d+)?[/?#]${IN_ADDRESS}*`,
    String.raw`(?<names>${NO_ADDRESS}[${AT}]${NAME}+(?:/?[${AT}]${NAME}+)*)`,
  ].join('|'),
  'gu',
);

const NAMES = new RegExp(`[${AT}](${NAME}+)`, 'gu');
/** A username of which less than two characters are typed, or a part of a name in any script. */
const BEGUN = new RegExp(String.raw`${NO_ADDRESS}[${AT}]([\p{L}\p{M}\p{N}._\-．＿－]{0,32})$`, 'u');
const USERNAME_ONLY = new RegExp(`^${NAME}*$`, 'u');

/** Characters that can end a username, but more often end a sentence. */
const PUNCTUATION = /(?<![._-])[._-]+$/;

/**
 * Divides the text of a message into links, mentions and the text between them. The server notifies the users whom it finds
 * here, and the page highlights them. Code, addresses and packages mention nobody. Whatever the text, the time is linear in
 * its length.
 */
export const piecesOf = (text: string): Piece[] =>
  merged(
    codeIn(text).flatMap((part) =>
      part.isCode || part.text === '' ? [plain(part.text)] : divided(part.text),
    ),
  );

/** What a text may mention: usernames, and with `@all` every member. */
export function mentionsOf(text: string): { readonly names: NameInText[]; readonly all: boolean } {
  const found = ANY_AT.test(text) ? piecesOf(text).filter(({ kind }) => kind === 'mention') : [];
  const names = (found as (Piece & NameInText)[]).filter((name) => !isAll(name));
  return { names, all: names.length < found.length };
}

/** Whether a mention is `@all`. */
export const isAll = ({ trimmed }: NameInText): boolean => trimmed === RESERVED_USERNAME;

/** A text in which a name stands for each mention of a username. */
export const withoutMentionsOf = (username: string, text: string, name: string): string =>
  piecesOf(text)
    .map((piece) =>
      piece.kind === 'mention' && [piece.whole, piece.trimmed].includes(username)
        ? name + piece.text.slice(1 + username.length)
        : piece.text,
    )
    .join('');

/** What is typed of a username or of a name at the end of a text; empty after an `@` alone, `undefined` where no mention begins. */
export function begunMention(text: string): string | undefined {
  const last = piecesOf(text).at(-1);
  if (last?.kind === 'mention') return last.whole;
  const begun = last?.kind === 'text' ? BEGUN.exec(last.text)?.[1] : undefined;
  return begun === undefined || !USERNAME_ONLY.test(begun) ? begun : folded(begun);
}

function divided(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
    const found = tokenIn(match, text);
    pieces.push(plain(text.slice(end, match.index)), ...found);
    end = match.index + found.reduce((length, piece) => length + piece.text.length, 0);
    TOKEN.lastIndex = end;
  }
  return [...pieces, plain(text.slice(end))];
}

function tokenIn({ 0: whole, index, groups }: RegExpExecArray, text: string): Piece[] {
  const { link, www, mail, names } = groups!;
  if (names !== undefined) return mentionsIn(names, index, text);
  if (mail !== undefined) return [{ kind: 'link', text: mail, href: `mailto:${mail}` }];
  const start = link ?? www;
  if (start === undefined) return [plain(whole)];
  const address = text.slice(index, endOfAddress(text, index));
  if (address.length <= start.length) return [plain(start)];
  return [
    { kind: 'link', text: address, href: www === undefined ? address : `https://${address}` },
  ];
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

const ENDS_SENTENCE = new Set(".,;:!?'’*_~([{");
const BRACKETS = new Map([
  [')', '('],
  [']', '['],
  ['}', '{'],
]);
const ADDRESS = new RegExp(IN_ADDRESS, 'u');

/**
 * The end of an address, without the punctuation of the sentence around it. A closing bracket is part of the address where
 * the address has the opening one.
 */
function endOfAddress(text: string, start: number): number {
  let end = start;
  const open = new Map<string, number>();
  for (; end < text.length; end++) {
    const char = text[end]!;
    const opening = BRACKETS.get(char) ?? char;
    const count = open.get(opening) ?? 0;
    if (!ADDRESS.test(char) || (opening !== char && count === 0)) break;
    open.set(opening, count + (opening === char ? 1 : -1));
  }
  while (end > start && ENDS_SENTENCE.has(text[end - 1]!)) end--;
  return end;
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
