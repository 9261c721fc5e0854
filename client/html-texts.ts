import type { Plugin } from 'vite';
import type { Words } from './src/words/en.js';

/** Puts texts of the catalogue in the places of `index.html` that name them, such as `{{title}}`. */
export function htmlTexts({ html, app: { opening } }: Words): Plugin {
  const texts = { ...html, opening };
  return {
    name: 'html-texts',
    transformIndexHtml: (page) =>
      page.replaceAll(/\{\{(\w+)\}\}/g, (_, name: keyof typeof texts) => texts[name]),
  };
}
