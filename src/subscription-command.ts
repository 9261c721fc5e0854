import { Database, EventLog, StartupError, Subscriptions, UnitOfWork } from '@carillon/nestjs';
import { runCommand } from './command.js';
import { openServerDatabase } from './server-database.js';

/** These commands record no events. */
const NO_TOPICS = { isRegistered: () => false };

/**
 * Runs a command for durable subscriptions. It can run while the application runs; the application follows within
 * seconds.
 */
export const runSubscriptionCommand = (
  work: (subscriptions: Subscriptions, args: string[]) => Promise<string>,
): Promise<void> =>
  runCommand(async (config, args) => {
    const engine = await openServerDatabase(config);
    try {
      const database = new Database(engine);
      const unitOfWork = new UnitOfWork(engine, NO_TOPICS);
      return await work(new Subscriptions(database, unitOfWork, new EventLog(database)), args);
    } catch (error) {
      throw error instanceof RangeError ? new StartupError(error.message) : error;
    } finally {
      await engine.close();
    }
  });
