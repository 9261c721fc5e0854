import { inspect } from 'node:util';
import { StartupError } from '../engine/startup-error.js';
import type { Audience } from '../log/topics.js';
import type { Feature } from './feature.js';

const AUDIENCES: readonly unknown[] = ['anyone', 'signed-in', 'granted'] satisfies Audience[];

/** @throws StartupError a declaration is wrong, or two features declare the same name, topic or table. */
export function checkFeatures(features: readonly Feature[]): void {
  features.forEach(checkTopics);
  refuseDoubles('feature', features, ({ name }) => [name]);
  refuseDoubles('topic', features, ({ topics = {} }) => Object.keys(topics));
  refuseDoubles('table', features, ({ tables = {} }) => Object.keys(tables));
}

function checkTopics(feature: Feature): void {
  for (const [topic, { audience }] of Object.entries(feature.topics ?? {})) {
    if (topic === '' || topic.includes('/'))
      refuse(
        feature,
        `the topic name ${inspect(topic)} is empty or contains "/". Declare the first segment, such as "orders", which includes the topics below it, such as "orders/<id>".`,
      );
    // A computed audience is checked once its provider has been created.
    if (typeof Object(audience).useFactory !== 'function') checkAudience(feature, topic, audience);
  }
}

/** @throws StartupError there is no such audience, or it is `granted` and the feature grants nothing. */
export function checkAudience(feature: Feature, topic: string, audience: unknown): void {
  if (!AUDIENCES.includes(audience))
    refuse(
      feature,
      `the audience of the topic "${topic}" is ${inspect(audience)}. It must be 'anyone', 'signed-in' or 'granted'.`,
    );
  if (audience === 'granted' && !feature.permissions)
    refuse(
      feature,
      `nobody could receive the topic "${topic}", because its audience is 'granted' and the feature has no permissions. Add permissions: a provider that implements PermissionRule.`,
    );
}

function refuseDoubles(
  what: string,
  features: readonly Feature[],
  namesOf: (feature: Feature) => readonly string[],
): void {
  const owners = new Map<string, Feature>();
  for (const feature of features)
    for (const name of namesOf(feature)) {
      const other = owners.get(name);
      if (other) throw new StartupError(doubled(what, name, other, feature));
      owners.set(name, feature);
    }
}

const doubled = (what: string, name: string, one: Feature, other: Feature): string =>
  what === 'feature'
    ? `Two features have the name "${name}". Give each a unique name, and import the same object where several modules need it.`
    : `The ${what} "${name}" is declared twice, by the features ${one.name} and ${other.name}. Declare it in one of them.`;

function refuse({ name }: Feature, reason: string): never {
  throw new StartupError(`The feature ${name}: ${reason}`);
}
