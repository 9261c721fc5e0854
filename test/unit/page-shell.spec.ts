import { Shell } from '../../client/src/service-worker/shell.js';

const ORIGIN = 'https://carillon.example';
const HTML = '<script src="/assets/main-1.js"></script>';

describe('the service worker of the page', () => {
  const { fetch } = globalThis;
  const refused = () => Promise.reject(new DOMException('Unexpected internal error.'));
  const shell = new Shell(
    { version: '1', entry: '/assets/main-1.js', files: [], icon: '/assets/icon-1.png' },
    {
      location: { origin: ORIGIN },
      caches: { open: refused, match: refused, keys: refused, delete: refused },
    },
  );
  const pageRequest = { method: 'GET', url: `${ORIGIN}/`, mode: 'navigate' } as Request;
  const fileRequest = { method: 'GET', url: `${ORIGIN}/assets/main-1.js` } as Request;

  beforeAll(() => {
    globalThis.fetch = (request) =>
      Promise.resolve(new Response(request === pageRequest ? HTML : '1'));
  });
  afterAll(() => void (globalThis.fetch = fetch));

  it('opens the page from the server while the browser refuses access to its store', async () => {
    expect(await (await shell.responseTo(pageRequest)!).text()).toBe(HTML);
    expect(await (await shell.responseTo(fileRequest)!).text()).toBe('1');
  });
});
