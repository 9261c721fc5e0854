import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const server = `http://localhost:${process.env['PORT'] ?? '8000'}`;

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
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
