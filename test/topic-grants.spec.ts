import { type TopicMatcher, TopicSelectors } from '@carillon/nestjs';
import { CarillonOptions } from '@carillon/nestjs/internal';
import { grantsInClaims, InvalidGrants } from '../src/events/grants/token-grants.js';
import { TopicTemplate, type TemplateValues } from '../src/events/grants/topic-templates.js';
import { matcherOf } from '../src/events/grants/topic-patterns.js';

const selectors = new TopicSelectors(new CarillonOptions());
const grants = (matchers: readonly TopicMatcher[], topic: string) =>
  selectors.of(matchers).matches([topic]);
const filled = (template: string, values: Partial<TemplateValues>) =>
  new TopicTemplate(template).matchersFor({ id: '1', ...values });
const withClaims = (template: string, claims: Record<string, unknown>) =>
  filled(template, { claims }).map(({ pattern }) => pattern);

describe('a pattern of an operator', () => {
  it.each([
    ['orders/42', 'exact'],
    ['https://example.com/orders?id=42', 'exact'],
    ['urn:isbn:0451450523', 'exact'],
    ['orders/*', 'urlpattern'],
    ['https://example.com/orders/:id', 'urlpattern'],
    [':tenant/orders', 'urlpattern'],
    ['orders{/:id}?', 'urlpattern'],
  ])('%j is of the kind %s', (pattern, kind) => {
    expect(matcherOf(pattern)).toEqual({ kind, pattern });
    expect(() => selectors.of([matcherOf(pattern)])).not.toThrow();
  });
});

describe('a template of TOPIC_GRANTS', () => {
  it('stands for the user, and for claims of their token', () => {
    expect(filled('inbox/{id}', { id: '7' })).toEqual([{ kind: 'exact', pattern: 'inbox/7' }]);
    expect(filled('inbox/{username}', { username: 'ada' })).toEqual([
      { kind: 'exact', pattern: 'inbox/ada' },
    ]);
    expect(withClaims('orders/{sub}', { sub: 'x' })).toEqual(['orders/x']);
    expect(withClaims('t/{claims.n}', { n: 7 })).toEqual(['t/7']);
    expect(withClaims('r/{claims.realm_access.roles}', { realm_access: { roles: ['a'] } })).toEqual(
      ['r/a'],
    );
    expect(withClaims('r/{claims.a.b}', { 'a.b': 'whole' })).toEqual(['r/whole']);
  });

  it('grants one topic for each value of a list, and for each combination', () => {
    expect(withClaims('teams/{claims.groups}/*', { groups: ['a', 'b'] })).toEqual([
      'teams/a/*',
      'teams/b/*',
    ]);
    expect(withClaims('{claims.a}/{claims.a}', { a: ['x', 'y'] })).toEqual([
      'x/x',
      'x/y',
      'y/x',
      'y/y',
    ]);
  });

  it('grants nothing for a value that is missing, empty or unsafe, or has another type', () => {
    const values = ['', '.', '..', '../x', 'a/b', 'a?b', 'a#b', 'a%2fb', 'a\\b', {}, null, true];
    for (const value of [undefined, [], [[]], ...values, values])
      expect([value, withClaims('orders/{claims.x}', { x: value })]).toEqual([value, []]);
    expect(filled('orders/{sub}', {})).toEqual([]);
    expect(filled('orders/{username}', {})).toEqual([]);
    expect(withClaims('{claims.constructor}', {})).toEqual([]);
    expect(withClaims('{claims.__proto__.x}', { y: 1 })).toEqual([]);
    // Of a list, the others count.
    expect(withClaims('orders/{claims.x}', { x: ['a', '..', 'b'] })).toEqual([
      'orders/a',
      'orders/b',
    ]);
  });

  it('never turns a value into a wildcard or a group', () => {
    for (const value of ['*', '**', ':x', '{x}', '(.*)', '+', 'x*', '{', ')']) {
      const pattern = filled('orders/{sub}/*', { claims: { sub: value } });
      expect([value, grants(pattern, 'orders/other/1')]).toEqual([value, false]);
      expect([value, grants(pattern, `orders/${value}/1`)]).toEqual([value, true]);
      const exact = filled('orders/{sub}', { claims: { sub: value } });
      expect([value, grants(exact, 'orders/other')]).toEqual([value, false]);
      expect([value, grants(exact, `orders/${value}`)]).toEqual([value, true]);
    }
    expect(withClaims('{sub}', { sub: '*' })).toEqual([]);
    expect(withClaims('{claims.a}{claims.b}', { a: 'x', b: ['*', 'y'] })).toEqual(['x*', 'xy']);
    expect(filled('{claims.a}', { claims: { a: 'x*' } })).toEqual([
      { kind: 'exact', pattern: 'x*' },
    ]);
  });

  it('stands for 100 topics at most', () => {
    const groups = Array.from({ length: 10_000 }, (_, n) => `g${n}`);
    expect(withClaims('teams/{claims.groups}', { groups })).toHaveLength(100);
    expect(withClaims('{claims.groups}/{claims.groups}', { groups })).toHaveLength(100);
  });

  it.each([
    'orders/{user}',
    'orders/{}',
    'orders/{claims.}',
    'orders/{sub',
    'orders/}',
    'a/(',
    './orders/{sub}',
    'orders/../*',
  ])('is refused as %j', (template) =>
    expect(() => new TopicTemplate(template)).toThrow(RangeError),
  );
});

describe('the grants of a token', () => {
  const detail = (more: object = {}) => ({
    type: 'https://mercure.rocks/authorization-detail',
    actions: ['subscribe'],
    topics: [{ match: 'orders/1' }],
    ...more,
  });
  const of = (...details: unknown[]) => grantsInClaims({ authorization_details: details });

  it('are its authorization details, by action', () => {
    const books = { match: 'https://example.com/books/:id', match_type: 'urlpattern' };
    expect(
      of(detail({ topics: [books, { match: '*' }], actions: ['subscribe', 'publish', 'fly'] })),
    ).toEqual({
      publish: [
        { kind: 'urlpattern', pattern: books.match },
        { kind: 'exact', pattern: '*' },
      ],
      subscribe: [
        { kind: 'urlpattern', pattern: books.match },
        { kind: 'exact', pattern: '*' },
      ],
    });
    expect(of({ type: 'payment', actions: 7 }, detail({ actions: ['fly'] }))).toEqual({
      publish: [],
      subscribe: [],
    });
    expect(grantsInClaims({})).toEqual({ publish: [], subscribe: [] });
  });

  it.each([
    ['no list', 'x'],
    ['no actions', [detail({ actions: [] })]],
    ['an action that is no text', [detail({ actions: ['publish', 7] })]],
    ['no topics', [detail({ topics: [] })]],
    ['a topic that is no object', [detail({ topics: ['orders/1'] })]],
    ['a topic without match', [detail({ topics: [{}] })]],
    ['an unknown kind', [detail({ topics: [{ match: 'a', match_type: 'regexp' }] })]],
    ['a payload that is no object', [detail({ payload: 'x' })]],
    ['too many topics', [detail({ topics: Array.from({ length: 101 }, () => ({ match: 'a' })) })]],
    ['too many details', Array.from({ length: 101 }, () => detail())],
    ['one wrong detail of several', [detail(), detail({ topics: {} })]],
  ])('are refused as a whole with %s', (_, details) =>
    expect(() => grantsInClaims({ authorization_details: details })).toThrow(/must be|must have/),
  );

  it('are those of the claim of earlier versions', () => {
    const { publish, subscribe } = grantsInClaims({
      mercure: {
        publish: ['*'],
        subscribe: ['a', 'https://example.com/books/{id}', 'n/{+path}', 'urn:isbn:{id}'],
      },
    });
    expect(publish).toEqual([{ kind: 'exact', pattern: '*' }]);
    for (const topic of ['a', 'https://example.com/books/7', 'n/a/b', 'urn:isbn:7'])
      expect([topic, grants(subscribe, topic)]).toEqual([topic, true]);
    for (const topic of ['b', 'https://example.com/books/7/x', 'https://example.com/books/'])
      expect([topic, grants(subscribe, topic)]).toEqual([topic, false]);
  });

  it.each([
    [7],
    [{ publish: 'x' }],
    [{ subscribe: [7] }],
    [{ publish: ['{?a}'] }],
    [{ publish: ['{a'] }],
  ])('are refused with the claim %j', (mercure) =>
    expect(() => grantsInClaims({ mercure })).toThrow(InvalidGrants),
  );
});
