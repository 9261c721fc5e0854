import { StartupError, UnitOfWork } from '@carillon/nestjs';
import { createInterface } from 'node:readline/promises';
import { ChangePassword, ChangePasswordHandler } from './accounts/change-password.js';
import { ACCOUNTS } from './accounts/accounts.events.js';
import { AccountsRepository } from './accounts/accounts.repository.js';
import { passwordMistake } from './accounts/password-rules.js';
import { hashOf } from './accounts/passwords.js';
import { Sessions } from './accounts/sessions.js';
import { readConfig } from './config.js';
import { SecurityLog } from './http/security-log.js';
import { openServerDatabase } from './server-database.js';

/** The command records only the end of sessions. */
const TOPICS = { isRegistered: (topic: string) => topic.startsWith(`${ACCOUNTS}/`) };
const USAGE =
  'Usage: npm run set-password -- USERNAME, with the new password as a line on standard input';

/** Lets an operator set a new password for a user who has forgotten theirs. All sessions of the user end. */
async function main(): Promise<void> {
  const [username, ...rest] = process.argv.slice(2);
  if (!username || rest.length > 0) throw new StartupError(USAGE);
  const config = readConfig();
  if (!config.PASSWORDS)
    throw new StartupError('PASSWORDS is off: users cannot sign in with passwords.');
  const password = await readPassword(username);
  const engine = await openServerDatabase(config);
  try {
    const accounts = new AccountsRepository();
    const known = await accounts.findPassword(engine.read, username.toLowerCase());
    if (!known) throw new StartupError(`There is no account with the username ${username}.`);
    const work = new UnitOfWork(engine, TOPICS);
    const handler = new ChangePasswordHandler(work, accounts, new Sessions(accounts, config));
    const hash = await hashOf(password);
    await handler.execute(new ChangePassword(known.userId, hash, null, null));
    new SecurityLog(config).record({
      action: 'password-change',
      outcome: 'success',
      actor: null,
      target: known.userId,
      details: { by: 'operator' },
    });
    process.stdout.write(`Changed the password of ${username} and ended all their sessions.\n`);
  } finally {
    await engine.close();
  }
}

async function readPassword(username: string): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write('New password: ');
  const lines = createInterface({ input: process.stdin });
  const { value } = (await lines[Symbol.asyncIterator]().next()) as { value?: string };
  lines.close();
  const mistake = passwordMistake(value ?? '', username);
  if (mistake) throw new StartupError(`The password ${mistake}.`);
  return value!;
}

try {
  await main();
} catch (error) {
  if (!(error instanceof StartupError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
