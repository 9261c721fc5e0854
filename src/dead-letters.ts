import { type DeadLetter, StartupError, type Subscriptions } from '@carillon/nestjs';
import { runSubscriptionCommand } from './subscription-command.js';

const USAGE =
  'Usage: npm run dead-letters -- list SUBSCRIPTION, or retry or discard SUBSCRIPTION --all|POSITION…';
const POSITION = /^[1-9]\d{0,14}$/;

/** Returns one line of JSON for each dead letter. */
async function list(subscriptions: Subscriptions, name: string): Promise<string> {
  const lines: string[] = [];
  let page: DeadLetter[];
  let after = 0;
  do {
    page = await subscriptions.deadLetters(name, after);
    lines.push(...page.map((letter) => JSON.stringify(letter)));
    after = page.at(-1)?.position ?? after;
  } while (page.length > 0);
  return lines.length > 0 ? lines.join('\n') : `${name} has no dead letters.`;
}

/** @returns `undefined` for all dead letters. */
function positionsOf(args: readonly string[]): number[] | undefined {
  if (args.length === 1 && args[0] === '--all') return undefined;
  if (args.length === 0 || !args.every((text) => POSITION.test(text)))
    throw new StartupError(USAGE);
  return args.map(Number);
}

await runSubscriptionCommand(async (subscriptions, [action, name, ...rest]) => {
  if (!name) throw new StartupError(USAGE);
  if (action === 'list' && rest.length === 0) return list(subscriptions, name);
  if (action !== 'retry' && action !== 'discard') throw new StartupError(USAGE);
  const positions = positionsOf(rest);
  if (action === 'retry')
    return `Dead letters to be retried: ${await subscriptions.retryDeadLetters(name, positions)}.`;
  return `Dead letters discarded: ${await subscriptions.discardDeadLetters(name, positions)}.`;
});
