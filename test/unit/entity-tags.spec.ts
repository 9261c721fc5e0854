import fc from 'fast-check';
import {
  codedTag,
  ENTITY_TAGS,
  entityTag,
  namesRepresentation,
  namesState,
  parseEntityTags,
} from '../../src/http/entity-tags.js';

describe('a list of entity tags', () => {
  it.each([
    ['"a"', ['a']],
    ['"a","b"', ['a', 'b']],
    ['W/"a" , "b"', ['a', 'b']],
    [', ,"a",, "b" ,', ['a', 'b']],
    ['\t"a"\t,\t"b"\t', ['a', 'b']],
    ['"a,b", "c"', ['a,b', 'c']],
    ['""', ['']],
    ['"\x80\xff!#~"', ['\x80\xff!#~']],
    ['"W/"', ['W/']],
    ['*', '*'],
    [' * ', '*'],
  ])('%j is read', (header, expected) => {
    expect(parseEntityTags(header)).toEqual(expected);
    expect(header.trim()).toMatch(new RegExp(ENTITY_TAGS));
  });

  it.each([
    '',
    ' ',
    ',',
    'a',
    "'a'",
    '"a" "b"',
    '"a',
    '"a"-gzip',
    'w/"a"',
    'W/ "a"',
    '"a b"',
    '"a\x7fb"',
    '"a";"b"',
    '*, "a"',
    '"a", *',
    '**',
  ])('%j is none', (header) => {
    expect(parseEntityTags(header)).toBeUndefined();
    expect(header).not.toMatch(new RegExp(ENTITY_TAGS));
  });

  it('is what the pattern of the description matches', () => {
    const pattern = new RegExp(ENTITY_TAGS, 'u');
    const part = fc.constantFrom('*', 'W/', '"', ',', ' ', '\t', 'a', '"a"', 'W/"é"', '\x7f', '\\');
    const headers = fc.array(part, { maxLength: 8 }).map((parts) => parts.join('').trim());
    fc.assert(
      fc.property(headers, (header) => {
        expect([header, pattern.test(header)]).toEqual([
          header,
          parseEntityTags(header) !== undefined,
        ]);
      }),
      { numRuns: 5000 },
    );
  });

  it('is read in time that grows with its length alone', () => {
    for (const part of ['"', ',', ' ', '"",', ' "a" ', 'W/"'])
      for (const end of ['', 'x']) {
        const began = performance.now();
        parseEntityTags(part.repeat(200_000) + end);
        expect(performance.now() - began).toBeLessThan(1000);
      }
  });
});

describe('the tag of a representation', () => {
  const tag = entityTag('{"a":1}');
  const other = entityTag('{"a":2}');
  const named = (...tags: string[]) => parseEntityTags(tags.join(', '))!;

  it.each(['identity', 'br', 'gzip', 'zstd', 'deflate'])(
    'names the state in the coding %s',
    (coding) => {
      expect(namesState(named(codedTag(tag, coding)), tag)).toBe(true);
      expect(namesState(named(`W/${codedTag(tag, coding)}`), tag)).toBe(true);
      expect(namesState(named(codedTag(other, coding)), tag)).toBe(false);
    },
  );

  it('names no state with a part of the digest, or with more than a coding behind it', () => {
    const digest = tag.slice(1, -1);
    for (const opaque of [
      digest.slice(0, -1),
      `${digest}-`,
      `${digest}-x`,
      `${digest}-br-x`,
      `${digest}br`,
    ])
      expect(namesState(named(`"${opaque}"`), tag)).toBe(false);
  });

  it('is not cut where a digest itself ends like a coding', () => {
    const ending = '"0123456789012345678-br"';
    expect(namesState(named(ending), '"0123456789012345678"')).toBe(true);
    expect(namesState(named('"0123456789012345678"'), ending)).toBe(false);
    expect(namesState(named(ending), ending)).toBe(true);
  });

  const gzipOnly = (coding: string) => ['gzip', 'identity'].includes(coding);
  it.each([
    // What the client has, the coding of what would be sent, whether it is the same.
    ['identity', 'identity', true],
    ['br', 'br', true],
    ['gzip', 'gzip', true],
    // A proxy has applied it, and the client takes it.
    ['gzip', 'identity', true],
    // Of a cache that asks for a client who could not read it.
    ['br', 'identity', false],
    ['zstd', 'identity', false],
    // Of a 304 behind Apache.
    ['gzip-gzip', 'gzip', true],
    ['br-gzip', 'gzip', false],
    ['identity', 'gzip', false],
    ['br', 'gzip', false],
  ])('in %s is what would be sent in %s: %p', (received, coding, expected) => {
    for (const weak of ['', 'W/'])
      expect(
        namesRepresentation(named(weak + codedTag(tag, received)), tag, coding, gzipOnly),
      ).toBe(expected);
    expect(namesRepresentation(named(codedTag(other, received)), tag, coding, gzipOnly)).toBe(
      false,
    );
  });
});
