import { words } from '../../words/words.js';

/** A user agent in words, such as "Firefox on Windows". Clients that are not browsers keep their own name. */
export async function clientName(userAgent: string): Promise<string> {
  if (userAgent === '') return words.account.unknownClient;
  // Only the list of sessions needs the parser, which is large. Without it, the user agent itself is shown.
  const parser = await import('bowser').catch(() => null);
  if (!parser) return userAgent;
  const { browser, os } = parser.default.parse(userAgent);
  return browser.name && os.name ? words.account.browserOn(browser.name, os.name) : userAgent;
}
