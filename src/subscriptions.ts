import { runSubscriptionCommand } from './subscription-command.js';

/** Prints one line of JSON for each subscription. */
await runSubscriptionCommand(async (subscriptions) => {
  const all = await subscriptions.status();
  return all.length > 0
    ? all.map((status) => JSON.stringify(status)).join('\n')
    : 'The database has no subscriptions.';
});
