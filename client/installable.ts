import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import sharp from 'sharp';
import type { Plugin, Rolldown } from 'vite';
import { chunkNamed, entryOf, filesOf, PAGES } from './page-chunks.js';
import type { BuiltPage } from './src/service-worker/built-page.js';
import type { Words } from './src/words/en.js';

type Bundle = Rolldown.OutputBundle;

const FAVICON = readFileSync(join(import.meta.dirname, 'src', 'favicon.svg'));
const WORKER = join(import.meta.dirname, 'src', 'service-worker', 'main.ts');
const BACKGROUND = '#f8f7f3';
/** The part of a maskable icon that every shape shows. */
const SAFE_ZONE = 0.7;

/** Makes the page installable: icons from the favicon, a manifest, and the service worker. */
export function installable({ app, html }: Words): Plugin {
  return {
    name: 'installable',
    enforce: 'post',
    apply: 'build',
    async generateBundle(_, bundle) {
      const emit = (name: string, source: string | Uint8Array): string =>
        `/${this.getFileName(this.emitFile({ type: 'asset', name, source }))}`;
      const [icon, large] = [
        emit('icon.png', await iconOf(192)),
        emit('icon.png', await iconOf(512)),
      ];
      const masked = emit('icon.png', await iconOf(512, SAFE_ZONE));
      const touch = emit('touch-icon.png', await iconOf(180, SAFE_ZONE));
      const manifest = emit(
        'manifest.webmanifest',
        JSON.stringify({
          id: '/',
          name: app.name,
          short_name: app.name,
          description: html.description,
          start_url: '/',
          scope: '/',
          display: 'standalone',
          background_color: BACKGROUND,
          theme_color: BACKGROUND,
          icons: [
            { src: icon, sizes: '192x192', type: 'image/png' },
            { src: large, sizes: '512x512', type: 'image/png' },
            { src: masked, sizes: '512x512', type: 'image/png', purpose: 'maskable' },
          ],
        }),
      );
      const index = bundle['index.html'];
      if (index?.type !== 'asset') throw new Error('The build has no index.html.');
      const links = `<link rel="manifest" href="${manifest}" />\n    <link rel="apple-touch-icon" href="${touch}" />`;
      index.source = String(index.source).replace('</head>', `  ${links}\n  </head>`);
      const page = builtPage(bundle, icon, index.source);
      this.emitFile({ type: 'asset', fileName: 'service-worker.js', source: await worker(page) });
    },
  };
}

/** @param part of the icon that the favicon fills; all of it by default, without a background. */
async function iconOf(size: number, part = 1): Promise<Buffer> {
  const inner = Math.round(size * part);
  const favicon = await sharp(FAVICON, { density: 72 * 16 })
    .resize(inner, inner)
    .png()
    .toBuffer();
  if (part === 1) return favicon;
  const background = { width: size, height: size, channels: 3 as const, background: BACKGROUND };
  return sharp({ create: background })
    .composite([{ input: favicon }])
    .png()
    .toBuffer();
}

/** What the page needs to open. Everything else is stored when it is first used. */
function builtPage(bundle: Bundle, icon: string, html: string): BuiltPage {
  const entry = entryOf(bundle);
  const scripts = filesOf(bundle, [entry, ...PAGES.map((page) => chunkNamed(bundle, page))]);
  const styles = Object.keys(bundle).filter((name) => /\.(css|svg)$/.test(name));
  const files = [...scripts, ...styles].map((name) => `/${name}`);
  const version = createHash('sha256')
    .update(html + files.join())
    .digest('hex')
    .slice(0, 12);
  return { version, entry: `/${entry.fileName}`, files, icon };
}

/** One classic script without imports: some browsers have no service workers that are modules. */
async function worker(page: BuiltPage): Promise<string> {
  const bundle = await rolldown({
    input: WORKER,
    platform: 'browser',
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
    transform: { define: { BUILT_PAGE: JSON.stringify(page) } },
  });
  const { output } = await bundle.generate({ format: 'iife', minify: true });
  await bundle.close();
  return output[0].code;
}
