import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  type Browser,
  type ConsoleMessage,
  chromium,
  type LaunchOptions,
  type Page,
} from 'playwright-core';

const MODULES = join(import.meta.dirname, '..', '..', 'node_modules');
const CACHE = join(MODULES, '.cache');

/** An address under which pages see this machine as another one. */
export const REMOTE_HOST = '192.0.2.1';

const ARGUMENTS = [`--host-resolver-rules=MAP ${REMOTE_HOST} 127.0.0.1`];

/**
 * Starts the Chromium that `npm ci` has brought, with its own libraries and its own font, so that nothing
 * needs to be installed on the machine. It is built for Linux on x64; elsewhere `TEST_CHROMIUM` names another.
 */
export async function launchBrowser(): Promise<Browser> {
  const own = process.env['TEST_CHROMIUM'];
  if (own) return launch({ executablePath: own, args: ARGUMENTS });
  const folder = await unpackedChromium();
  return launch({
    executablePath: join(folder, 'chromium'),
    args: ARGUMENTS,
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'),
      FONTCONFIG_FILE: join(folder, 'fonts.conf'),
    },
  });
}

/** Chromium sometimes crashes while it starts on a busy machine, when nothing of ours has run in it yet. */
const launch = (options: LaunchOptions): Promise<Browser> =>
  chromium
    .launch(options)
    .catch(() => chromium.launch(options))
    .then(withDefaults);

/** What each context of the tests starts with. */
function withDefaults(browser: Browser): Browser {
  const newContext = browser.newContext.bind(browser);
  browser.newContext = async (options) => {
    // Service workers only where a test asks for them: they answer instead of a server that is stopped.
    const context = await newContext({ serviceWorkers: 'block', ...options });
    context.setDefaultTimeout(15_000);
    // Delays between attempts to reconnect are drawn from 0 to 30 s. This draw keeps them under 1.5 s.
    await context.addInitScript('Math.random = () => 0.05');
    return context;
  };
  return browser;
}

async function unpackedChromium(): Promise<string> {
  const manifest = readFileSync(join(MODULES, '@sparticuz', 'chromium', 'package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const folder = join(CACHE, `chromium-${version}`);
  if (existsSync(folder)) return folder;

  // Moved into place when it is whole: whoever was interrupted, or was at it too, does no harm.
  mkdirSync(CACHE, { recursive: true });
  const unpacking = mkdtempSync(`${folder}-`);
  await unpack(unpacking);
  writeFileSync(join(unpacking, 'fonts.conf'), FONTS);
  try {
    renameSync(unpacking, folder);
  } catch (error) {
    rmSync(unpacking, { recursive: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

/** In a process of its own, since the package reads from its environment where to put what. */
async function unpack(folder: string): Promise<void> {
  const script = `await (await import('@sparticuz/chromium')).default.executablePath()`;
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: MODULES,
    // It brings the libraries (NSS, NSPR, Expat) only where it takes the machine for AWS Lambda.
    env: { TMPDIR: folder, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' },
  });
}

/** Relative to itself, so that the folder of the project can move. */
const FONTS = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;

/**
 * Gathers into `complaints` all that goes wrong on a page by itself: errors and warnings on its console, what
 * it throws, violations of its Content-Security-Policy, and reloads. What the browser says of a
 * request that failed is not among them, where it is one to the API: that is what the tests bring about. While the server
 * or the network is away, the page may also ask for code that it loads ahead.
 */
export async function watchForComplaints(page: Page, complaints: string[]): Promise<void> {
  page.on('console', (message) => {
    if (!['error', 'warning'].includes(message.type()) || isRefusal(message)) return;
    if (message.text() === 'Service Worker registration blocked by Playwright') return;
    complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`thrown: ${error.stack ?? error.message}`));
  await page.exposeFunction('reportViolation', (violation: string) =>
    complaints.push(`policy violated: ${violation}`),
  );
  await page.addInitScript(`document.addEventListener('securitypolicyviolation', (event) =>
    reportViolation(event.violatedDirective + ' by ' + event.blockedURI))`);
  let loaded = false;
  page.on('load', () => {
    if (loaded) complaints.push('loaded anew');
    loaded = true;
  });
}

/** The browser's own note of a request to the API that was not answered, or refused. */
const isRefusal = (message: ConsoleMessage): boolean =>
  (/^Failed to load resource: (net::|.* status of (4\d\d|503) )/.test(message.text()) &&
    pathOf(message).startsWith('/api/')) ||
  (/^Failed to load resource: net::ERR_(CONNECTION_|INTERNET_DIS)/.test(message.text()) &&
    pathOf(message).startsWith('/assets/'));

const pathOf = (message: ConsoleMessage): string => new URL(message.location().url).pathname;

/** Tries until the check passes; fails as the last try failed. */
export async function eventually(check: () => Promise<void>, within = 15_000): Promise<void> {
  const deadline = Date.now() + within;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await sleep(25);
  }
}

/** How a person who cannot see the page would call the element that has the focus. */
export const focused = (page: Page): Promise<string> =>
  page.evaluate<string>(`(() => {
    const { activeElement: element, body } = document;
    if (element === body) return 'nothing';
    const label = element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent;
    return label ?? element.textContent;
  })()`);
