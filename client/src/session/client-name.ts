import Bowser from 'bowser';

/** What a client called itself, in words, such as "Firefox on Windows". What is no browser is left as it is. */
export function clientName(userAgent: string): string {
  if (userAgent === '') return 'Unknown client';
  const { browser, os } = Bowser.parse(userAgent);
  return browser.name && os.name ? `${browser.name} on ${os.name}` : userAgent;
}
