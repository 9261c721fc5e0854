import { filesWords as words } from './files.words.js';
import type { MessageFile } from './message-file.js';

/** What stands for a message in one line: its text, or else the names of its files. */
export const textOrNames = (text: string, files: readonly MessageFile[]): string =>
  text === '' ? words.names(files.map(({ name }) => name)) : text;
