import { type DynamicModule, type Type } from '@nestjs/common';
import { MODULE_METADATA } from '@nestjs/common/constants.js';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import fc from 'fast-check';
import { AppModule } from '../src/app.module.js';
import { readConfig } from '../src/config.js';
import { compileRules } from '../src/http/compiled-rules.js';
import { EXAMPLE_ID } from '../src/http/described-properties.js';
import { bodyOf, propertiesOf, queryOf } from '../src/http/route-input.js';

const RULES = { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: false };

/** The classes of all bodies and queries, by name. */
function inputClasses(): Map<string, Type<object>> {
  const modules = AppModule.with(readConfig({ MERCURE: 'true' })).imports as DynamicModule[];
  const controllers = modules.flatMap((one) => {
    const type = one.module ?? (one as unknown as Type);
    return (Reflect.getMetadata(MODULE_METADATA.CONTROLLERS, type) ?? []) as Type<object>[];
  });
  const routes = controllers.flatMap(({ prototype: target }) =>
    Object.getOwnPropertyNames(target).map((key) => ({ target: target as object, key })),
  );
  const inputs = routes
    .flatMap((route) =>
      Reflect.hasMetadata('design:paramtypes', route.target, route.key)
        ? [bodyOf(route)?.type, queryOf(route)?.type]
        : [],
    )
    .filter((type) => type !== undefined && propertiesOf(type).length > 0);
  return new Map(inputs.map((type) => [type!.name, type!]));
}

const described = (type: Type<object>, name: string) =>
  (Reflect.getMetadata('swagger/apiModelProperties', type.prototype as object, name) ?? {}) as {
    example?: unknown;
    enum?: unknown[];
  };

const TEXTS = [
  '',
  ' John ',
  'e\u0301',
  '\u200b',
  '\ud800',
  'a\nb',
  'x'.repeat(201),
  'correct horse battery staple',
];
const IDS = [EXAMPLE_ID, EXAMPLE_ID.toUpperCase(), `${EXAMPLE_ID}0`];
const WORDS = ['public', 'direct', 'admin', 'member', 'true', 'asc', 'earliest', '7', '2026-03-01'];
const OTHERS = [
  0,
  1,
  -1,
  1.5,
  1e9,
  true,
  false,
  null,
  undefined,
  [],
  ['a', 'b'],
  [1],
  {},
  { a: 1 },
  { userId: EXAMPLE_ID },
];
const VALUES: unknown[] = [...TEXTS, ...IDS, ...WORDS, ...OTHERS];

/**
 * Objects with some of the properties of a class. In half of them, every property has a value that its own rules accept.
 * Otherwise almost no body of a class with many properties would be valid.
 */
function inputsOf(type: Type<object>): fc.Arbitrary<Record<string, unknown>> {
  const known = propertiesOf(type).map((name) => {
    const { example, enum: all = [] } = described(type, name);
    const any = [...VALUES, example, ...all];
    const valid = any.filter((value) =>
      validateSync(plainToInstance(type, { [name]: value }), RULES).every(
        ({ property }) => property !== name,
      ),
    );
    if (valid.length === 0) throw new Error(`Add a valid ${type.name}.${name} to VALUES.`);
    return { name, any: fc.constantFrom(...any), valid: fc.constantFrom(...valid) };
  });
  const record = (kind: 'any' | 'valid', others: Record<string, fc.Arbitrary<unknown>> = {}) =>
    fc.record(
      { ...Object.fromEntries(known.map((one) => [one.name, one[kind]])), ...others },
      { requiredKeys: [] },
    );
  return fc.oneof(
    { weight: 5, arbitrary: record('valid') },
    { weight: 4, arbitrary: record('any') },
    { weight: 1, arbitrary: record('any', { other: fc.constant(1) }) },
  );
}

/** What class-transformer and class-validator say. */
function judge(type: Type<object>, input: object): object | undefined {
  const instance = plainToInstance(type, input);
  return validateSync(instance, RULES).length === 0 ? instance : undefined;
}

const hasObject = (input: object): boolean =>
  Object.values(input).some((value) => typeof value === 'object');

/** The property `to` is an object, so class-validator decides on every such body. */
const WITH_OBJECT = 'SendNotificationBody';

const classes = inputClasses();

describe.each([...classes.keys()])('the compiled rules of %s', (name) => {
  const type = classes.get(name)!;
  const accept = compileRules(type);

  it('accept what class-validator accepts, and make the same instance of it', () => {
    let accepted = 0;
    fc.assert(
      fc.property(inputsOf(type), (input) => {
        const [given, expected] = [accept(input), judge(type, input)];
        if (given === undefined && hasObject(input)) return;
        expect(given).toStrictEqual(expected);
        if (given) accepted++;
      }),
      { numRuns: 3000 },
    );
    expect(accepted > 0).toBe(name !== WITH_OBJECT);
  });
});
