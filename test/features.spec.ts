import {
  CarillonModule,
  type Feature,
  featuresOf,
  StartupError,
  type Table,
  type Tables,
} from '@carillon/nestjs';
import { Features, tablesOf } from '@carillon/nestjs/internal';
import { openDatabase } from '@carillon/nestjs/operations';
import { forwardRef, Module } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { features } from '../src/app.module.js';
import { PersonalData } from '../src/users/personal-data.js';
import { startApplication } from './support/application.js';
import { catalogueOf, type CatalogueTable } from './support/catalogue.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { recordedTypes } from './support/event-types.js';

const ROOT = join(import.meta.dirname, '..');
const TABLES = tablesOf(features);

describe.each(ENGINES)('the declared tables on $name', ({ name: engineName, start }) => {
  let engine: EngineUnderTest;
  let url: string;
  let catalogue: Map<string, CatalogueTable>;
  const isPostgres = engineName === 'PostgreSQL';

  beforeAll(async () => {
    engine = await start();
    url = await engine.createDatabase();
    await (await openDatabase(url, features)).close();
    catalogue = await catalogueOf(url);
  });
  afterAll(() => engine.stop());

  /** What an index of words adds to the catalogue. */
  const isOfSearchIndex = (name: string) =>
    TABLES.some(
      ({ searchIndex }) =>
        searchIndex && (name === searchIndex.sqlite || name.startsWith(`${searchIndex.sqlite}_`)),
    );
  const declared = ({ columns, key, searchIndex, serial }: Table) => ({
    columns: {
      ...columns,
      ...(isPostgres && searchIndex && { [searchIndex.postgres]: 'tsvector' }),
    },
    key,
    generated: isPostgres && searchIndex ? [searchIndex.postgres] : [],
    serial: isPostgres && serial !== undefined ? [serial] : [],
  });

  it('are those of the database', () => {
    const found = [...catalogue.keys()].filter((name) => !isOfSearchIndex(name));
    expect(found.toSorted()).toEqual(TABLES.map(({ name }) => name).toSorted());
  });

  it.each(TABLES)('$name has the columns and the key of the database', (table) => {
    const { refersTo, ...found } = catalogue.get(table.name)!;
    expect(found).toEqual(declared(table));
    // Rows are copied in the order of the declarations, so what they refer to has to come first.
    const before = TABLES.slice(0, TABLES.indexOf(table)).map(({ name }) => name);
    expect(refersTo.filter((other) => !before.includes(other))).toEqual([]);
  });

  it('include each index of words', () => {
    for (const { name, searchIndex } of TABLES)
      if (searchIndex)
        expect(
          isPostgres
            ? catalogue.get(name)!.generated.includes(searchIndex.postgres)
            : catalogue.has(searchIndex.sqlite),
        ).toBe(true);
  });

  describe('migrations', () => {
    const table = (name: string) => (db: Kysely<any>) =>
      db.schema.createTable(name).addColumn('id', 'integer').execute();
    const named = (name: string, ...tables: string[]): Feature => ({
      name,
      migrations: Object.fromEntries(tables.map((each) => [each, table(each)])),
    });
    const open = async (on: string, ...others: Feature[]) =>
      (await openDatabase(on, [...featuresOf([]), ...others])).close();
    const tablesOn = async (on: string) =>
      [...(await catalogueOf(on)).keys()].filter((name) => /^[ab]\d$/.test(name)).toSorted();

    it('of one feature run whatever another one has, in the order of its record', async () => {
      const on = await engine.createDatabase();
      await open(on, named('b', 'b1'));
      await open(on, named('a', 'a2', 'a1'), named('b', 'b1'));
      await open(on, named('a', 'a2', 'a1'), named('b', 'b1', 'b2'));
      expect(await tablesOn(on)).toEqual(['a1', 'a2', 'b1', 'b2']);
    });

    it('run all or none', async () => {
      const on = await engine.createDatabase();
      await expect(open(on, named('a', 'a1'), named('b', 'a1'))).rejects.toThrow(/a1.* exists/);
      expect(await tablesOn(on)).toEqual([]);
      await open(on, named('a', 'a1'), named('b', 'b1'));
      expect(await tablesOn(on)).toEqual(['a1', 'b1']);
    });

    // On SQLite, connections of one process would wait for each other.
    if (isPostgres)
      it('run once when several nodes start at the same time', async () => {
        const on = await engine.createDatabase();
        await Promise.all(Array.from({ length: 3 }, () => open(on, named('a', 'a1', 'a2'))));
        expect(await tablesOn(on)).toEqual(['a1', 'a2']);
      });

    it('that fail name their feature and themselves', async () => {
      const fails: Feature = {
        name: 'a',
        migrations: { a1: () => Promise.reject(new Error('no')) },
      };
      await expect(open(await engine.createDatabase(), fails)).rejects.toEqual(
        new StartupError('The feature a: the migration a1 failed: no.'),
      );
    });

    it.each([
      ['make no table that is declared', 'a2', { id: 'number' }, '"a2" does not exist. Add a migr'],
      ['make other columns', 'a1', { id: 'number', at: 'text' }, '"a1" has the columns id, but is'],
      ['make further columns', 'a1', {}, '"a1" has the columns id, but is'],
    ])('that %s keep the program from starting', async (_, declared, columns, message) => {
      const tables = { [declared]: { columns, key: ['id'] } } as Tables;
      const wrong = open(await engine.createDatabase(), { ...named('a', 'a1'), tables });
      await expect(wrong).rejects.toThrow(`The feature a: the table ${message}`);
    });

    it('of a feature that the program lacks keep it from starting', async () => {
      const on = await engine.createDatabase();
      await open(on, named('a', 'a1'), named('b', 'b1'));
      await expect(open(on, named('a', 'a1'))).rejects.toThrow('has the migrations b/b1');
    });
  });
});

describe('a feature', () => {
  const declaring = (
    feature: Feature,
    ...imports: NonNullable<Parameters<typeof Module>[0]['imports']>
  ) => {
    @Module({ imports: [...imports, CarillonModule.forFeature(feature)] })
    class Declaring {}
    return Declaring;
  };
  const namesIn = (modules: Parameters<typeof featuresOf>[0]) =>
    featuresOf(modules).map(({ name }) => name);

  it('comes after those that its module imports, once', () => {
    const base = declaring({ name: 'base' });
    const one = declaring({ name: 'one' }, base);
    const other = declaring(
      { name: 'other' },
      forwardRef(() => base),
    );
    expect(namesIn([other, one, base])).toEqual(['carillon', 'base', 'other', 'one']);
    expect(namesIn([{ module: declaring({ name: 'dynamic' }), imports: [one] }])).toEqual([
      'carillon',
      'dynamic',
      'base',
      'one',
    ]);
  });

  it('declares no name, topic or table of another one', () => {
    const topics = { t: { audience: 'anyone', snapshot: '/', events: [] } } as const;
    const twice = (one: Feature, other: Feature) => () =>
      featuresOf([declaring(one), declaring(other)]);
    expect(twice({ name: 'a' }, { name: 'a' })).toThrow('Two features have the name "a".');
    expect(twice({ name: 'a', topics }, { name: 'b', topics })).toThrow(
      'The topic "t" is declared twice, by the features a and b.',
    );
    const tables = {
      installation: { columns: { name: 'text', value: 'text' }, key: ['name'] },
    } as const;
    expect(() => featuresOf([declaring({ name: 'a', tables })])).toThrow(
      'The table "installation" is declared twice',
    );
  });

  it('declares no erasure step with the name of another one', () => {
    const steps = { messages: async () => undefined };
    const declared = { providers: () => [{ steps }, { steps }] } as unknown as Features;
    expect(() => new PersonalData(declared).steps).toThrow(
      'Two features have an erasure step named messages.',
    );
  });

  it('is known to the application and to the tools in the same order', async () => {
    const application = await startApplication();
    expect(application.app.get(Features, { strict: false }).all).toEqual(features);
    await application.stop();
  });

  it('declares the schema of each event that its folder defines', async () => {
    const defined: string[] = [];
    for (const file of globSync('src/*/**/*.events.ts', { cwd: ROOT })) {
      const module = (await import(`../${file.replace(/\.ts$/, '.js')}`)) as object;
      for (const value of Object.values(module) as unknown[])
        if (typeof value === 'function' && 'type' in value)
          defined.push(`${file.split('/')[1]!} ${String(value.type)}`);
    }
    const declared = features.flatMap((feature) =>
      recordedTypes([feature]).map((type) => `${feature.name} ${type}`),
    );
    expect(declared.length).toBeGreaterThan(15);
    expect(defined.toSorted()).toEqual(declared.toSorted());
  });
});
