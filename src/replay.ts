import { StartupError } from '@carillon/nestjs';
import { runSubscriptionCommand } from './subscription-command.js';

const USAGE = 'Usage: npm run replay -- SUBSCRIPTION --from earliest|now|CURSOR';

await runSubscriptionCommand(async (subscriptions, [name, option, from, ...rest]) => {
  if (!name || option !== '--from' || !from || rest.length > 0) throw new StartupError(USAGE);
  await subscriptions.replay(name, from);
  const status = (await subscriptions.status()).find((each) => each.name === name);
  return `${name} continues after ${status!.cursor}, ${status!.lag} events before the head of the log.`;
});
