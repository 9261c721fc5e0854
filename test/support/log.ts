import { Database, type DomainEvent, EventLog, UnitOfWork } from '@carillon/nestjs';
import { type Engine } from '@carillon/nestjs/operations';

/** Has an event on any topic recorded. */
export const ANY_TOPIC = { isRegistered: () => true };

/** A database with its log and unit of work, and nothing around them. */
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

/** An event whose data are an object, or contain the given value. */
export const anEvent = (data: unknown, topic = 'users', type = 'user.updated'): DomainEvent => ({
  topic,
  type,
  data: typeof data === 'object' || data === undefined ? data : { value: data },
});
