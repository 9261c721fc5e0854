import { constants } from 'node:zlib';
import { defineConfig } from 'vite';
import { compression, defineAlgorithm } from 'vite-plugin-compression2';
import { htmlTexts } from './html-texts.js';
import { installable } from './installable.js';
import { preload } from './preload.js';
import { chunkOf } from './chunks.js';
import { resolve } from './resolve.js';
import { en } from './src/words/en.js';

const server = `http://localhost:${process.env['PORT'] ?? '8000'}`;

export default defineConfig({
  root: import.meta.dirname,
  plugins: [
    htmlTexts(en),
    preload,
    installable(en),
    // Each as small as can be, beside its file: src/app.page.ts has them sent.
    compression({
      algorithms: [
        defineAlgorithm('brotliCompress', {
          params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY },
        }),
        defineAlgorithm('gzip', { level: constants.Z_BEST_COMPRESSION }),
      ],
      // The server compresses the HTML, into which it writes its settings.
      exclude: /\.html$/,
      threshold: 1024,
      skipIfLargerOrEqual: true,
    }),
  ],
  resolve,
  build: {
    outDir: '../dist/client',
    emptyOutDir: true,
    // One small file. Code that brings a style sheet of its own would wait for it.
    cssCodeSplit: false,
    // The page's Content-Security-Policy lets scripts and styles come from files only.
    assetsInlineLimit: 0,
    // Chromium remembers a preload that failed, and would never load the module that imports that file.
    modulePreload: {
      resolveDependencies: (_, files, { hostType }) => (hostType === 'html' ? files : []),
    },
    rolldownOptions: {
      output: {
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [{ name: chunkOf, debugName: 'chunkOf' }],
        },
      },
    },
  },
  server: {
    proxy: { '/api': server, '/health': server },
  },
});
