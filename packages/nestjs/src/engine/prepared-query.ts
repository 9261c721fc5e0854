import {
  type Compilable,
  type CompiledQuery,
  type Kysely,
  type QueryResult,
  type RawBuilder,
  sql,
} from 'kysely';
import { isPostgres } from './dialect.js';
import type { Schema } from './schema.js';

/** Stands for the value of a column until the query runs. */
class Place {
  constructor(readonly name: PropertyKey) {}
}

/** Stands for a value in a query that is being built. */
type PlaceOf<Values> = <Name extends keyof Values>(name: Name) => RawBuilder<Values[Name]>;

/**
 * A query that is built and compiled once for each database system, and runs with other values each time. Kysely takes 20 µs
 * to build and compile an insert of six columns, several times as long as SQLite takes to run it.
 *
 * @example new PreparedQuery<{ id: string }>((db, place) => db.deleteFrom('users').where('id', '=', place('id')))
 */
export class PreparedQuery<Values extends object, Row = unknown> {
  #onSqlite?: CompiledQuery<Row>;
  #onPostgres?: CompiledQuery<Row>;

  constructor(
    private readonly build: (db: Kysely<Schema>, place: PlaceOf<Values>) => Compilable<Row>,
  ) {}

  run(db: Kysely<Schema>, values: Values): Promise<QueryResult<Row>> {
    const compiled = this.#compiledFor(db);
    const parameters = compiled.parameters.map((parameter) =>
      parameter instanceof Place ? values[parameter.name as keyof Values] : parameter,
    );
    return db.executeQuery<Row>({ ...compiled, parameters });
  }

  #compiledFor(db: Kysely<Schema>): CompiledQuery<Row> {
    return isPostgres(db)
      ? (this.#onPostgres ??= this.#compile(db))
      : (this.#onSqlite ??= this.#compile(db));
  }

  #compile(db: Kysely<Schema>): CompiledQuery<Row> {
    return this.build(db, (name) => sql`${new Place(name)}`).compile();
  }
}
