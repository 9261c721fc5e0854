import type { BuiltPage } from './built-page.js';

const PREFIX = 'carillon.page.';
const HTML = '/';

/** What the shell uses of the scope of a service worker. */
interface ShellScope {
  readonly location: { readonly origin: string };
  readonly caches: {
    open(name: string): Promise<{
      addAll(urls: string[]): Promise<void>;
      put(url: string, response: Response): Promise<void>;
    }>;
    match(
      url: string,
      options: { ignoreVary: boolean; cacheName?: string },
    ): Promise<Response | undefined>;
    keys(): Promise<string[]>;
    delete(name: string): Promise<boolean>;
  };
}

/**
 * The files of the page, for the time without a server. Their names contain digests, so a stored file never changes. The
 * HTML comes from the server whenever that is reachable, so nobody sees an outdated page.
 */
export class Shell {
  readonly #page: BuiltPage;
  readonly #name: string;
  readonly #scope: ShellScope;

  constructor(page: BuiltPage, scope: ShellScope) {
    this.#page = page;
    this.#scope = scope;
    this.#name = PREFIX + page.version;
  }

  async install(): Promise<void> {
    const cache = await this.#scope.caches.open(this.#name);
    await cache.addAll([...this.#page.files]);
    await this.#keepHtml(await fetch(HTML, { cache: 'no-store' }));
  }

  /** Keeps the files of the build before, whose pages may still be open. */
  async removeOld(): Promise<void> {
    const names = (await this.#scope.caches.keys()).filter((name) => name.startsWith(PREFIX));
    const others = names.filter((name) => name !== this.#name);
    await Promise.all(others.slice(0, -1).map((name) => this.#scope.caches.delete(name)));
  }

  /** The API is never stored. `undefined`: the browser asks the server. */
  responseTo(request: Request): Promise<Response> | undefined {
    const { origin, pathname } = new URL(request.url);
    if (request.method !== 'GET' || origin !== this.#scope.location.origin) return undefined;
    if (request.mode === 'navigate' && pathname === HTML) return this.#html(request);
    return pathname.startsWith('/assets/') ? this.#file(request) : undefined;
  }

  async #html(request: Request): Promise<Response> {
    try {
      const response = await fetch(request);
      // Not after the response: the worker may end then.
      await this.#keepHtml(response.clone());
      return response;
    } catch (error) {
      const kept = await this.#kept(HTML, this.#name);
      if (kept) return kept;
      throw error;
    }
  }

  /** Only the HTML that belongs to the stored files: that of the next build comes with its own service worker. */
  async #keepHtml(response: Response): Promise<void> {
    if (!response.ok || !(await response.clone().text()).includes(this.#page.entry)) return;
    await this.#keep(HTML, response);
  }

  async #file(request: Request): Promise<Response> {
    const kept = await this.#kept(request.url);
    if (kept) return kept;
    const response = await fetch(request);
    if (response.ok) await this.#keep(request.url, response.clone());
    return response;
  }

  /** Browsers refuse every access to a store that is damaged: the page then opens from the server. */
  #kept(url: string, cacheName?: string): Promise<Response | undefined> {
    const options = { ignoreVary: true, ...(cacheName !== undefined && { cacheName }) };
    return this.#scope.caches.match(url, options).catch(() => undefined);
  }

  /** A full disk must not keep the page from opening. */
  async #keep(url: string, response: Response): Promise<void> {
    try {
      const cache = await this.#scope.caches.open(this.#name);
      await cache.put(url, response);
    } catch {
      // The next visit tries again.
    }
  }
}
