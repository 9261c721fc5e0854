import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BrowserContext } from 'playwright-core';
import { temporaryFolder } from './files.js';

const ROOT = join(import.meta.dirname, '..', '..');
const VITE = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
const CONFIG = join(import.meta.dirname, 'pseudo-page.config.ts');

/** Builds the page with the pseudo catalogue, in a process of its own: the bundler does not run in the VM of a test. */
export async function buildPseudoPage(): Promise<string> {
  const folder = temporaryFolder();
  const options = ['--config', CONFIG, '--outDir', folder, '--logLevel', 'error'];
  await promisify(execFile)(process.execPath, [VITE, 'build', 'client', ...options], { cwd: ROOT });
  return folder;
}

/** Serves the files of a folder in place of those of the server. */
export async function serveInstead(context: BrowserContext, folder: string): Promise<void> {
  await context.route(/\/(assets\/.*)?([?#].*)?$/, async (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname !== '/' && !pathname.startsWith('/assets/')) return route.continue();
    await route.fulfill({ path: join(folder, pathname === '/' ? 'index.html' : pathname) });
  });
}
