import type { Plugin } from 'vite';
import { chunkNamed, entryOf, filesOf, PAGES } from './page-chunks.js';

/** The page also waits for the session. Browsers send six requests at once, so the code comes first. */
const SESSION = {
  tag: 'link',
  attrs: { rel: 'preload', as: 'fetch', crossorigin: true, href: '/api/session' },
  injectTo: 'head' as const,
};

/**
 * Preloads the session and the code of the pages in parallel with `main.tsx`. `data-page` names the page of each link: the
 * server keeps those of one (`src/app.page.ts`).
 */
export const preload: Plugin = {
  name: 'preload',
  transformIndexHtml(_, { bundle }) {
    if (!bundle) return [SESSION];
    const known = filesOf(bundle, [entryOf(bundle)]);
    const links = PAGES.flatMap((page) =>
      [...filesOf(bundle, [chunkNamed(bundle, page)])]
        .filter((file) => !known.has(file))
        .map((file) => ({
          tag: 'link',
          attrs: { rel: 'modulepreload', 'data-page': page, crossorigin: true, href: `/${file}` },
          injectTo: 'head' as const,
        })),
    );
    return [...links, SESSION];
  },
};
