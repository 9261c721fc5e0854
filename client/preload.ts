import type { Plugin } from 'vite';

/**
 * Loads the code for visitors together with that of `main.tsx`, and not after it. Signed-in users need most of it, too,
 * and the rest is small.
 */
export const preloadVisitor: Plugin = {
  name: 'preload-visitor',
  transformIndexHtml(_, { bundle = {} }) {
    const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
    const visitor = chunks.find(({ name }) => name === 'Visitor');
    const entries = new Set(chunks.filter(({ isEntry }) => isEntry).map((each) => each.fileName));
    return [visitor?.fileName ?? [], visitor?.imports ?? []]
      .flat()
      .filter((name) => !entries.has(name))
      .map((name) => ({
        tag: 'link',
        attrs: { rel: 'modulepreload', crossorigin: true, href: `/${name}` },
        injectTo: 'head' as const,
      }));
  },
};
