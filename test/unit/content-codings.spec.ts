import { AcceptedCodings } from '../../src/http/content-codings.js';

describe('Accept-Encoding', () => {
  it.each([
    [undefined, 'identity'],
    ['', 'identity'],
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip, deflate', 'gzip'],
    ['x-gzip', 'gzip'],
    ['GZIP;Q=1', 'gzip'],
    ['gzip;q=1, br;q=0.9', 'gzip'],
    ['br ; q=0.001', 'br'],
    ['br;q=0', 'identity'],
    ['gzip;q=0.5, identity', 'identity'],
    ['zstd', 'identity'],
    ['*', 'br'],
    ['*, br;q=0', 'gzip'],
    ['*;q=0, gzip', 'gzip'],
    ['identity;q=0, gzip', 'gzip'],
    ['identity;q=0', undefined],
    ['*;q=0', undefined],
    ['zstd, *;q=0', undefined],
    ['br;q=2, gzip', 'gzip'],
    ['br;q=1.5, gzip', 'gzip'],
    ['br;q=1.000, gzip;q=1', 'br'],
    ['br;q=, gzip', 'gzip'],
    [',,gzip,', 'gzip'],
  ])('%j leads to %p', (header, expected) => {
    expect(new AcceptedCodings(header).best(['br', 'gzip', 'identity'])).toBe(expected);
  });
});
