import react from '@vitejs/plugin-react';
import { constants } from 'node:zlib';
import { defineConfig } from 'vite';
import { compression, defineAlgorithm } from 'vite-plugin-compression2';

const server = `http://localhost:${process.env['PORT'] ?? '8000'}`;

export default defineConfig({
  root: import.meta.dirname,
  plugins: [
    react(),
    // Each as small as can be, beside its file: src/app.page.ts has them sent.
    compression({
      algorithms: [
        defineAlgorithm('brotliCompress', {
          params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY },
        }),
        defineAlgorithm('gzip', { level: constants.Z_BEST_COMPRESSION }),
      ],
      threshold: 1024,
      skipIfLargerOrEqual: true,
    }),
  ],
  build: {
    outDir: '../dist/client',
    emptyOutDir: true,
    // The page's Content-Security-Policy lets scripts and styles come from files only.
    assetsInlineLimit: 0,
  },
  server: {
    proxy: { '/api': server, '/health': server },
  },
});
