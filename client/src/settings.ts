/** What the operator has turned on. `src/app.page.ts` writes it into the HTML, so the page knows it before its first frame. */
export interface PageSettings {
  /** The features of the server that are on, such as `rooms`. */
  readonly features: readonly string[];
  /** Who sees the user directory: everyone, signed-in users, or nobody. */
  readonly directory: 'open' | 'members' | 'off';
  /** Whether users sign in with passwords. */
  readonly passwords: boolean;
  /** The issuer whose tokens are accepted; empty if there is none. */
  readonly issuer: string;
  /** The maximum size of a file in bytes; 0 if users cannot upload files. */
  readonly maxFileBytes: number;
}

/** Those of a server without settings, for a page that another server sends, such as that of `npm run dev`. */
const DEFAULTS: PageSettings = {
  features: ['users', 'rooms', 'notifications', 'push'],
  directory: 'open',
  passwords: true,
  issuer: '',
  maxFileBytes: 25 * 1024 * 1024,
};

/** As much of the page as is read here. Without one, in unit tests, the defaults apply. */
interface Root {
  readonly document?: { querySelector(selector: string): { readonly content?: string } | null };
}

function read(): PageSettings {
  const written = (globalThis as Root).document?.querySelector('meta[name="carillon-settings"]');
  return written?.content ? (JSON.parse(written.content) as PageSettings) : DEFAULTS;
}

export const settings: PageSettings = read();

export const isOn = (feature: string): boolean => settings.features.includes(feature);

/** Whether signed-in users can list and search users. */
export const hasDirectory = isOn('users') && settings.directory !== 'off';

/** Whether visitors can, too. */
export const isDirectoryOpen = hasDirectory && settings.directory === 'open';
