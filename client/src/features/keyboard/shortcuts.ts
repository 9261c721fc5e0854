import { commandKeys, isMac } from '../../ui/command-key.js';
import { keyboardWords as words } from './keyboard.words.js';

interface ShortcutGroup {
  readonly heading: string;
  /** What each does, and its keys. */
  readonly keys: readonly (readonly [what: string, ...combinations: string[]])[];
}

const { keys } = words;
const alt = (key: string) => (isMac ? `⌥${key}` : `${keys.alt}+${key}`);
const altShift = (key: string) => (isMac ? `⌥⇧${key}` : `${keys.alt}+${keys.shift}+${key}`);

export const shortcuts: readonly ShortcutGroup[] = [
  {
    heading: words.everywhere,
    keys: [
      [words.find, commandKeys('K')],
      [words.nextRoom, alt(keys.down)],
      [words.previousRoom, alt(keys.up)],
      [words.nextUnread, altShift(keys.down)],
      [words.previousUnread, altShift(keys.up)],
      [words.shortcuts, '?', commandKeys('/')],
    ],
  },
  {
    heading: words.inRoom,
    keys: [
      [words.markRead, keys.escape],
      [words.moveInHistory, keys.up, keys.down, keys.home, keys.end],
      [words.scrollHistory, keys.pageUp, keys.pageDown],
    ],
  },
  {
    heading: words.whileWriting,
    keys: [
      [words.send, keys.enter],
      [words.sendFromCode, commandKeys(keys.enter)],
      [words.newLine, `${keys.shift}+${keys.enter}`],
      [words.editLast, keys.up],
      [words.mention, '@'],
      [words.bold, commandKeys('B')],
      [words.italic, commandKeys('I')],
      [words.code, commandKeys('E')],
      [words.strike, commandKeys('X', true)],
    ],
  },
];
