import type { Plugin } from 'vite';

/** Whom the code on demand is for. The server sends the links of one group: `src/app.page.ts`. */
const GROUPS = { visitors: 'Visitor', members: 'Member' } as const;

/** The page waits for it as well. Browsers send six requests at once: the code goes first. */
const SESSION = {
  tag: 'link',
  attrs: { rel: 'preload', as: 'fetch', crossorigin: true, href: '/api/session' },
  injectTo: 'head' as const,
};

/**
 * Loads the code for visitors, or that for signed-in users, and the session together with the code of `main.tsx`, and not
 * after it. In the built HTML the links of a group are marked with `data-for`.
 */
export const preload: Plugin = {
  name: 'preload',
  transformIndexHtml(_, { bundle = {} }) {
    const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
    const entry = chunks.find(({ isEntry }) => isEntry);
    const known = new Set([entry?.fileName, ...(entry?.imports ?? [])]);
    const links = Object.entries(GROUPS).flatMap(([group, name]) => {
      const chunk = chunks.find((each) => each.name === name);
      return [chunk?.fileName ?? [], chunk?.imports ?? []]
        .flat()
        .filter((file) => !known.has(file))
        .map((file) => ({
          tag: 'link',
          attrs: { rel: 'modulepreload', 'data-for': group, crossorigin: true, href: `/${file}` },
          injectTo: 'head' as const,
        }));
    });
    return [...links, SESSION];
  },
};
