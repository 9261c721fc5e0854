import { InvalidTopicMatcher, TopicSelectors } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { errors } from 'jose';
import { randomUUID } from 'node:crypto';
import { InvalidGrants } from '../../events/grants/token-grants.js';
import { Problem } from '../../http/problems.js';
import { BearerProblems } from '../hub/bearer-problems.js';
import { HubSettings, type Role } from '../hub/settings.js';
import type { HubCaller } from './hub-caller.js';
import { grantsOf } from './hub-grants.js';
import { type PresentedToken, presentedToken } from './presented-token.js';
import { InvalidToken, TokenVerifier } from './token-verifier.js';

/** Everything that is wrong with a token itself. */
const DEFECTS = [InvalidToken, InvalidGrants, InvalidTopicMatcher, errors.JOSEError, TypeError];

/** Identifies the caller of a request to the hub by its access token. */
@Injectable()
export class HubAccess {
  constructor(
    private readonly settings: HubSettings,
    private readonly verifier: TokenVerifier,
    private readonly selectors: TopicSelectors,
    private readonly problems: BearerProblems,
  ) {}

  /**
   * @throws Problem `unauthenticated` (`invalid_token`), `malformed-request` (`invalid_request`); `unavailable`: the issuer
   *   of the token was not reached.
   */
  async callerOf(request: Request, role: Role): Promise<HubCaller | undefined> {
    const presented = this.presented(request);
    if (!presented) return undefined;
    try {
      const token = await this.verifier.verify(presented.token, role);
      const { iss, sub, exp } = token.claims;
      const owner = sub === undefined ? nameless(role) : `${iss ?? ''} ${sub}`;
      return {
        id: `mercure/${owner}`,
        expiresAt: exp === undefined ? Infinity : exp * 1000,
        ...grantsOf(token, this.selectors),
      };
    } catch (error) {
      throw this.#refusalOf(error);
    }
  }

  /** @throws Problem `malformed-request` */
  presented(request: Request): PresentedToken | undefined {
    const { cookies, isCompatible } = this.settings;
    try {
      return presentedToken(request, cookies, isCompatible);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw this.problems.malformed(error.message);
    }
  }

  /** Everyone gets the same answer, whatever is wrong. */
  #refusalOf(error: unknown): unknown {
    const isDefect = DEFECTS.some((defect) => error instanceof defect);
    // The keys of the issuer cannot be used.
    const isRefused = error instanceof Problem && error.code === 'unauthenticated';
    return isDefect || isRefused ? this.problems.invalid(error) : error;
  }
}

/** Several subscribers may share a token without a subject, and must not share their limits. */
const nameless = (role: Role): string => (role === 'publisher' ? role : randomUUID());
