/** `npm run bench:page`: what the page weighs, and how soon it can be used, on a slow device with a slow connection. */
import { randomUUID } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launchBrowser } from '../test/support/browser.ts';
import { ROOT } from './machine.mjs';
import { Server } from './servers.mjs';
import { median } from './table.mjs';

const CLIENT = join(ROOT, 'dist', 'client');
const PASSWORD = 'seventeen bells over water';
/** "Fast 3G" of the developer tools of Chromium. */
const FAST_3G = {
  offline: false,
  latency: 562.5,
  downloadThroughput: (1.6 * 1024 * 1024 * 0.9) / 8,
  uploadThroughput: (750 * 1024 * 0.9) / 8,
};
const CPU_SLOWDOWN = 4;

/** A promise of the time at which the element appears that a route is opened for. */
const watchFor = (/** @type {string} */ selector) => `
  globalThis.usable = new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      if (!document.querySelector(${JSON.stringify(selector)})) return;
      observer.disconnect();
      resolve(performance.now());
    });
    observer.observe(document, { childList: true, subtree: true });
  });
`;

/** The times in ms, and the files that were loaded until then. */
const READ_VISIT = `usable.then((usable) => ({
  usable,
  firstPaint: performance.getEntriesByName('first-contentful-paint')[0].startTime,
  files: performance.getEntriesByType('resource')
    .filter(({ startTime }) => startTime < usable)
    .map(({ name }) => new URL(name).pathname),
}))`;

const { values: options } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });

if (!existsSync(join(CLIENT, 'index.html'))) {
  console.error('There is no dist/client: build Carillon first, with npm run build.');
  process.exit(1);
}
const server = await Server.start('carillon', { settings: { SECURITY_LOG: 'off' } });
const url = `http://127.0.0.1:${server.port}`;
const browser = await launchBrowser();
try {
  const { cookie, room } = await furnish();
  const routes = [
    { name: 'sign-in and directory (/)', path: '/', usable: '.people .row' },
    { name: 'directory (/#/people)', path: '/#/people', usable: '.people .row' },
    { name: 'chat (/#/rooms/…)', path: `/#/rooms/${room}`, usable: '.message-text', cookie },
    { name: 'sessions (/#/sessions)', path: '/#/sessions', usable: '.session', cookie },
  ];
  console.log('| route | JavaScript, gzip | CSS, gzip | first paint | usable |');
  console.log('| ----- | ---------------- | --------- | ----------- | ------ |');
  for (const route of routes) console.log(await measure(route));
} finally {
  await browser.close();
}
process.exit(0);

/** A user with a room of 200 messages, and a directory of 100 users. */
async function furnish() {
  const credentials = { username: 'ada', password: PASSWORD };
  await send('/api/accounts', credentials);
  const { token } = await send('/api/session', credentials);
  const { id: room } = await send('/api/rooms', { kind: 'public', name: 'Belfry' }, token);
  for (let n = 1; n <= 200; n++) {
    const message = { clientId: randomUUID(), text: `Message ${n} of a room that has a history` };
    await send(`/api/rooms/${room}/messages`, message, token);
  }
  for (let n = 1; n <= 100; n++)
    await send('/api/users', { firstname: 'John', lastname: `DOE ${n}` });
  return { room, cookie: { name: 'carillon_session', value: token, url } };
}

/**
 * @param {string} path
 * @param {object} body
 * @param {string} [token]
 */
async function send(path, body, token) {
  const headers = {
    'Content-Type': 'application/json',
    ...(token && { Authorization: `Bearer ${token}` }),
  };
  const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** @param {Route} route */
async function measure(route) {
  const visits = [];
  for (let round = 0; round < Number(options.rounds); round++) visits.push(await visit(route));
  const of = (/** @type {keyof Visit} */ name) => Number(median(visits.map((one) => one[name])));
  const cells = [
    route.name,
    `${(of('scripts') / 1000).toFixed(1)} kB`,
    `${(of('styles') / 1000).toFixed(1)} kB`,
    `${(of('firstPaint') / 1000).toFixed(2)} s`,
    `${(of('usable') / 1000).toFixed(2)} s`,
  ];
  return `| ${cells.join(' | ')} |`;
}

/**
 * A visit with an empty cache.
 *
 * @typedef {{ name: string, path: string, usable: string, cookie?: { name: string, value: string, url: string } }} Route
 * @typedef {{ scripts: number, styles: number, firstPaint: number, usable: number }} Visit
 * @param {Route} route
 * @returns {Promise<Visit>}
 */
async function visit({ path, usable: selector, cookie }) {
  const context = await browser.newContext();
  try {
    if (cookie) await context.addCookies([cookie]);
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    // As in a browser that has been here before a new version was installed.
    await page.goto(url + path);
    await page.locator(selector).first().waitFor();
    await page.goto('about:blank');
    await devtools.send('Network.clearBrowserCache');
    await devtools.send('Network.emulateNetworkConditions', FAST_3G);
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN });
    await page.addInitScript(watchFor(selector));
    await page.goto(url + path);
    return await page.evaluate(READ_VISIT).then(({ files, ...times }) => ({
      ...times,
      scripts: gzipSizeOf(files, '.js'),
      styles: gzipSizeOf(files, '.css'),
    }));
  } finally {
    await context.close();
  }
}

/**
 * @param {string[]} files their paths
 * @param {string} end
 */
function gzipSizeOf(files, end) {
  return files
    .filter((file) => file.endsWith(end))
    .map((file) => join(CLIENT, file))
    .map((file) => statSync(existsSync(`${file}.gz`) ? `${file}.gz` : file).size)
    .reduce((sum, size) => sum + size, 0);
}
