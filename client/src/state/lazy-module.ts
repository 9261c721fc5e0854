import { LazyCode } from './lazy-code.js';

/** Code in a module of its own. */
export class LazyModule<Module> extends LazyCode<Module> {
  constructor(load: () => Promise<Module>) {
    super(retryable(load));
  }
}

/**
 * Until the page is reloaded, Chromium remembers the URL of a module that it could not fetch. A fragment makes another URL
 * of it. A static import of the module keeps its URL: if that one failed, the page has to be reloaded. The error of Safari
 * names no URL, but Safari fetches the module again.
 */
function retryable<Module>(load: () => Promise<Module>): () => Promise<Module> {
  let failed: string | undefined;
  let retries = 0;
  return async () => {
    try {
      return await (failed === undefined
        ? load()
        : import(/* @vite-ignore */ `${failed}#${++retries}`));
    } catch (error) {
      failed ??= /https?:\S+/.exec(String(error))?.[0];
      throw error;
    }
  };
}
