import Sequencer from '@jest/test-sequencer';

/**
 * The longest specs, longest first. Jest starts with what took longest the last time, which a fresh clone does not know; a
 * long spec that starts last keeps the other workers waiting.
 */
const LONGEST = [
  'reading-place',
  'history',
  'subscriptions',
  'page-words',
  'notifications-page',
  'people',
  'account',
  'conversation',
  'startup-postgres',
  'subscribers',
  'notifications',
  'directory',
  'accounts',
  'swagger-ui',
  'orders',
  'nodes',
  'tabs-and-outages',
  'formatting',
  'cluster-supervisor',
  'reactions',
  'rooms',
  'retention',
  'pgbouncer',
  'snapshot',
  'subscriptions-crash',
  'cluster',
  'shutdown',
  'keyboard',
  'topic-permissions',
  'package',
  'watch',
  'synchronous-replication',
  'stream',
  'erasure',
  'features',
  'scale',
  'crash',
  'recipes',
  'snapshot-cursor',
  'event-feed',
  'conditional-requests',
  'subscription-commands',
  'clients',
];

const rankOf = ({ path }) => {
  const index = LONGEST.findIndex((name) => path.endsWith(`/${name}.spec.ts`));
  return index < 0 ? LONGEST.length : index;
};

export default class LongestFirst extends Sequencer {
  sort(tests) {
    // oxlint-disable-next-line unicorn/no-array-sort -- the sequencer's own method
    const others = super.sort(tests);
    return others.toSorted((one, other) => rankOf(one) - rankOf(other));
  }
}
