import { type Subscriptions, type SubscriptionStatus } from '@carillon/nestjs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Family, gauge, type Labels, onceInTurn } from './family.js';

/** Milliseconds for the database to answer. Without an answer, these series are missing once. */
const TIMEOUT = 1000;
/** More than an application declares. The table also contains those that it no longer declares. */
const MAX_SUBSCRIPTIONS = 100;

const STATES = ['running', 'waiting', 'retrying', 'stopped'] as const;

/**
 * The durable subscriptions in the database. All processes see the same ones, so the figures are not summed.
 */
export function subscriptionFamilies(subscriptions: Subscriptions): Family[] {
  const status = onceInTurn(() => readInTime(subscriptions));
  const family = (name: string, help: string, valueOf: (one: SubscriptionStatus) => number) =>
    gauge(name, help, async () => labeled(await status(), valueOf), 'max');
  return [
    family(
      'carillon_subscription_lag',
      'Events after the cursor of a subscription.',
      ({ lag }) => lag,
    ),
    family(
      'carillon_subscription_waiting_seconds',
      'Age of the first event after the cursor of a subscription.',
      ({ waitingSince }) =>
        waitingSince === null ? 0 : Math.max(0, Date.now() - Date.parse(waitingSince)) / 1000,
    ),
    family(
      'carillon_subscription_dead_letters',
      'Events that a subscription has given up.',
      ({ deadLetters }) => deadLetters,
    ),
    gauge(
      'carillon_subscription_state',
      '1 for the state in which a subscription is.',
      async () =>
        (await status()).flatMap(({ name, state }) =>
          STATES.map(
            (each) => [{ subscription: name, state: each }, Number(each === state)] as const,
          ),
        ),
      'max',
    ),
  ];
}

const labeled = (
  all: readonly SubscriptionStatus[],
  valueOf: (one: SubscriptionStatus) => number,
): (readonly [Labels, number])[] => all.map((one) => [{ subscription: one.name }, valueOf(one)]);

async function readInTime(subscriptions: Subscriptions): Promise<readonly SubscriptionStatus[]> {
  const none: readonly SubscriptionStatus[] = [];
  const read = subscriptions.status().catch(() => none);
  const all = await Promise.race([read, sleep(TIMEOUT, none, { ref: false })]);
  return all.slice(0, MAX_SUBSCRIPTIONS);
}
