import { texts } from '../../words/words.js';

export const formattingWords = texts({
  code: 'Code',
  copy: 'Copy',
  copyCode: 'Copy code',
  copied: 'Copied',
  selected: 'Selected. Copy it with your keyboard.',
  toolbar: 'Formatting',
  bold: 'Bold',
  italic: 'Italic',
  strike: 'Strikethrough',
  inlineCode: 'Code',
  codeBlock: 'Code block',
  quote: 'Quote',
  bullets: 'Bulleted list',
  numbers: 'Numbered list',
  link: 'Link',
  preview: 'Preview',
  withKeys: (name: string, keys: string) => `${name} (${keys})`,
});
