import { openDatabase } from '../../src/database/database.module.js';
import { Database, type Engine } from '../../src/database/database.js';
import type { Fact } from '../../src/database/fact.js';
import { UnitOfWork } from '../../src/database/unit-of-work.js';
import { EventLog } from '../../src/events/event-log.js';

/** Has an event on any topic recorded. */
export const ANY_TOPIC = { isRegistered: () => true };

/** A database with its log and unit of work, and nothing around them. */
export const openLog = async (url: string) => logOf(await openDatabase(url));

export function logOf(engine: Engine) {
  const database = new Database(engine);
  return {
    engine,
    database,
    work: new UnitOfWork(engine, ANY_TOPIC),
    log: new EventLog(database),
    close: () => engine.close(),
  };
}

/** A fact whose data are an object, or hold what is none. */
export const fact = (data: unknown, topic = 'users', type = 'user.updated'): Fact => ({
  topic,
  type,
  data: typeof data === 'object' || data === undefined ? data : { value: data },
});
