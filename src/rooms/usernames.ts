/** `@username`, not inside a word or an address. */
const MENTION = /(?<![\p{L}\p{N}_.@-])@([a-z0-9][a-z0-9._-]{1,31})/giu;
/** What may end a username, and more often ends a sentence. */
const PUNCTUATION = /[._-]+$/;

/** A name as it stands in a text, and without the punctuation that follows it: one of the two may be meant. */
export interface NameInText {
  readonly whole: string;
  readonly trimmed: string;
}

/** A text in which a name stands for each mention of a username. */
export const withoutMentionsOf = (username: string, text: string, name: string): string =>
  text.replaceAll(MENTION, (mention, match: string) => {
    const whole = match.toLowerCase();
    const isMeant = whole === username || whole.replace(PUNCTUATION, '') === username;
    return isMeant ? name + mention.slice(1 + username.length) : mention;
  });

/** The usernames that a text may mention. */
export const usernamesIn = (text: string): NameInText[] =>
  [...text.matchAll(MENTION)].map(([, match]) => {
    const whole = match!.toLowerCase();
    return { whole, trimmed: whole.replace(PUNCTUATION, '') };
  });
