import { Injectable, type OnModuleInit, type Type } from '@nestjs/common';
import { ModuleRef, ModulesContainer } from '@nestjs/core';
import { StartupError } from '../engine/startup-error.js';
import { type PermissionRule, TopicPermissions } from '../log/topic-permissions.js';
import { Topics } from '../log/topics.js';
import { CarillonOptions } from '../options.js';
import { CARILLON } from './carillon.feature.js';
import type { AudienceFactory, Feature } from './feature.js';
import { checkAudience, checkFeatures } from './check-features.js';
import { declaredIn, FEATURE, FeatureModule, type Import } from './feature.module.js';
import { type Table, tablesOf } from './tables.js';

/** The declarations of the engine and of modules: the same as `Features` finds in a running application. */
export const featuresOf = (modules: readonly Import[]): readonly Feature[] =>
  checked([CARILLON, ...declaredIn(modules)]);

/** The same for the modules of a scanned application, whose providers may not have been created yet. */
export function featuresIn(modules: ModulesContainer): readonly Feature[] {
  // Nest keeps modules in the order in which it finds them: imports in order, depth first.
  const declared = [...modules.values()]
    .filter(({ metatype }) => metatype === FeatureModule)
    .map((module) => module.providers.get(FEATURE)!.instance as Feature);
  return checked([CARILLON, ...declared]);
}

/** The declarations of the modules of this application with `CarillonModule.forFeature()`. */
@Injectable()
export class Features implements OnModuleInit {
  /** Those that are turned off, too: their tables and personal data remain. */
  readonly all: readonly Feature[];
  /** Those that are not turned off. */
  readonly on: readonly Feature[];

  /** @throws StartupError an option turns off a feature that does not exist. */
  constructor(
    modules: ModulesContainer,
    private readonly moduleRef: ModuleRef,
    private readonly topics: Topics,
    private readonly permissions: TopicPermissions,
    { off }: CarillonOptions,
  ) {
    this.all = featuresIn(modules);
    this.on = this.all.filter(({ name }) => !off.includes(name));
    refuseUnknown(off, this.all);
  }

  onModuleInit(): void {
    for (const feature of this.all)
      if (this.on.includes(feature)) this.#register(feature);
      else
        for (const [name, topic] of Object.entries(feature.topics ?? {}))
          this.topics.reserve(name, topic);
  }

  isOn(name: string): boolean {
    return this.on.some((feature) => feature.name === name);
  }

  /** The providers that features declare, in the order of the features. */
  providers<T>(namedBy: (feature: Feature) => Type<T> | undefined): T[] {
    return this.all.flatMap((feature) => {
      const type = namedBy(feature);
      return type ? [this.moduleRef.get(type, { strict: false })] : [];
    });
  }

  get tables(): Table[] {
    return tablesOf(this.all);
  }

  #register(feature: Feature): void {
    for (const [name, { audience: declared, ...topic }] of Object.entries(feature.topics ?? {})) {
      const audience = typeof declared === 'string' ? declared : this.#computed(declared);
      checkAudience(feature, name, audience);
      this.topics.register(name, { ...topic, audience });
    }
    if (feature.permissions) this.permissions.register(this.#ruleOf(feature, feature.permissions));
  }

  #ruleOf({ name }: Feature, type: Type<PermissionRule>): PermissionRule {
    try {
      return this.moduleRef.get(type, { strict: false });
    } catch (cause) {
      throw new StartupError(
        `The feature ${name}: its permissions are ${type.name}, which is not a provider. Add it to the providers of the module that has CarillonModule.forFeature.`,
        { cause },
      );
    }
  }

  #computed({ inject, useFactory }: AudienceFactory) {
    return useFactory(this.moduleRef.get(inject, { strict: false }));
  }
}

/** @throws StartupError a declaration is wrong, or two features declare the same. */
function checked(features: readonly Feature[]): readonly Feature[] {
  checkFeatures(features);
  return features;
}

function refuseUnknown(off: readonly string[], features: readonly Feature[]): void {
  const names = features.map(({ name }) => name);
  const unknown = off.find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new StartupError(
    `CarillonModule: off has "${unknown}". It must have names of features. The features are ${names.join(', ')}.`,
  );
}
