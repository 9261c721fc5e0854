import {
  InvalidTopicMatcher,
  StartupError,
  type TopicMatcher,
  TopicSelector,
  TopicSelectors,
} from '@carillon/nestjs';
import { Features } from '@carillon/nestjs/internal';
import { Injectable, Logger } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { JWTPayload } from 'jose';
import { Config } from '../config.js';
import { grantsInClaims, InvalidGrants } from '../events/grants/token-grants.js';
import { isOfFeature } from '../events/grants/topic-patterns.js';
import { TopicTemplate } from '../events/grants/topic-templates.js';
import type { Grants } from '../http/caller.js';
import { Problem } from '../http/problems.js';
import { GetUser } from '../users/get-user.js';

const NO_GRANTS: Grants = { publish: TopicSelector.none, subscribe: TopicSelector.none };

interface GrantedUser {
  readonly userId: string;
  /** The claims of the access token of an issuer. */
  readonly claims?: JWTPayload;
}

/** The topics that are granted to a user: by the claims of their token, and by the templates of `TOPIC_GRANTS`. */
@Injectable()
export class UserGrants {
  readonly #logger = new Logger(UserGrants.name);
  readonly #templates: readonly TopicTemplate[];
  readonly #needUsername: boolean;

  /** @throws StartupError a template grants topics of a feature. */
  constructor(
    config: Config,
    features: Features,
    private readonly selectors: TopicSelectors,
    private readonly queries: QueryBus,
  ) {
    refuseTopicsOfFeatures(config.TOPIC_GRANTS, features);
    this.#templates = config.TOPIC_GRANTS.map((source) => new TopicTemplate(source));
    this.#needUsername = this.#templates.some(({ names }) => names.includes('username'));
  }

  /** @throws Problem `unauthenticated`: the grants in the token are malformed. */
  async of({ userId, claims }: GrantedUser): Promise<Grants> {
    const { publish, subscribe } = this.#ofClaims(claims);
    if (this.#templates.length === 0) return { publish, subscribe };
    const username = this.#needUsername ? await this.#usernameOf(userId) : undefined;
    const granted = this.#templates
      .flatMap((template) => template.matchersFor({ id: userId, username, claims }))
      .filter((matcher) => this.#isValid(matcher));
    return { publish, subscribe: this.#united(userId, subscribe, granted) };
  }

  #ofClaims(claims: JWTPayload | undefined): Grants {
    if (!claims) return NO_GRANTS;
    try {
      const { publish, subscribe } = grantsInClaims(claims);
      return { publish: this.selectors.of(publish), subscribe: this.selectors.of(subscribe) };
    } catch (error) {
      if (!(error instanceof InvalidGrants || error instanceof InvalidTopicMatcher)) throw error;
      throw new Problem(
        'unauthenticated',
        `The grants in the token are not valid: ${error.message}`,
      );
    }
  }

  async #usernameOf(userId: string): Promise<string | undefined> {
    return (await this.queries.execute(new GetUser(userId))).username;
  }

  /** A value can make a topic too long, or a pattern invalid. Then it grants nothing. */
  #isValid(matcher: TopicMatcher): boolean {
    try {
      this.selectors.of([matcher]);
      return true;
    } catch (error) {
      if (error instanceof InvalidTopicMatcher) return false;
      throw error;
    }
  }

  #united(userId: string, ofToken: TopicSelector, granted: readonly TopicMatcher[]): TopicSelector {
    try {
      return this.selectors.of([...ofToken.matchers, ...granted]);
    } catch (error) {
      if (!(error instanceof InvalidTopicMatcher)) throw error;
      this.#logger.warn(`TOPIC_GRANTS grants nothing to the user ${userId}: ${error.message}`);
      return ofToken;
    }
  }
}

/** Features decide themselves who receives their topics. */
function refuseTopicsOfFeatures(templates: readonly string[], { all }: Features): void {
  const reserved = all.flatMap(({ topics = {} }) => Object.keys(topics));
  const ofFeature = templates.find((template) => isOfFeature(template, reserved));
  if (ofFeature === undefined) return;
  throw new StartupError(
    `TOPIC_GRANTS has "${ofFeature}", which belongs to Carillon itself, so no template can grant it. Name topics of other programs.`,
  );
}
