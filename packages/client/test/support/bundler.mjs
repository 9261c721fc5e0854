// node bundler.mjs CODE [EXTERNAL…]: writes the bundle to standard output
import { join } from 'node:path';
import { build, defaultClientConditions } from 'vite';

const [code, ...external] = process.argv.slice(2);
const entry = 'bundled-entry';
const [{ output }] = await build({
  configFile: false,
  logLevel: 'error',
  root: join(import.meta.dirname, '..', '..'),
  plugins: [
    {
      name: 'entry',
      resolveId: (id) => (id.endsWith(entry) ? `\0${entry}` : undefined),
      load: (id) => (id === `\0${entry}` ? code : undefined),
    },
  ],
  resolve: { conditions: ['@carillon/source', ...defaultClientConditions] },
  define: { 'process.env.NODE_ENV': '"production"' },
  build: {
    write: false,
    minify: true,
    lib: { entry, name: 'bundle', formats: ['iife'] },
    rolldownOptions: { external, output: { globals: { react: 'React' } } },
  },
});
process.stdout.write(output[0].code);
