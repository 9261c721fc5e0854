import type { MessageFile } from '../room/message-file.js';
import type { Message } from '../room/message.js';

export type SearchedMessage = Pick<Message, 'text'> & {
  readonly files: readonly Pick<MessageFile, 'name'>[];
};

/** What a search looks at: the text, and the names of the files. */
export const searchedText = ({ text, files }: SearchedMessage): string =>
  [text ?? '', ...files.map(({ name }) => name)].join('\n');
