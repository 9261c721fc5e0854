import { join, resolve as resolvePath } from 'node:path';
import { defineConfig } from 'vite';
import { htmlTexts } from '../../client/html-texts.js';
import { resolve } from '../../client/resolve.js';
import { words } from './pseudo-words.js';

const WORDS = join(import.meta.dirname, '../../client/src/words/words.js');
const PSEUDO_WORDS = join(import.meta.dirname, 'pseudo-words.ts');

/** The page with the pseudo catalogue in place of `words.ts`. */
export default defineConfig({
  plugins: [
    htmlTexts(words),
    {
      name: 'pseudo-words',
      enforce: 'pre',
      resolveId: (source, importer = '') =>
        resolvePath(importer, '..', source) === WORDS ? PSEUDO_WORDS : null,
    },
  ],
  resolve,
  build: { minify: false, assetsInlineLimit: 0 },
});
