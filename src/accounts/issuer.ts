import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { Config } from '../config.js';
import { Database } from '../database/database.js';
import type { Caller } from '../http/caller.js';
import { LONGEST_NAME } from '../http/names.js';
import { Problem } from '../http/problems.js';
import { withoutInvisible } from '../http/visible-text.js';
import { AccountsRepository } from './accounts.repository.js';
import { AdoptIdentity } from './adopt-identity.js';

/** Signatures with a public key; never `none`, and never a shared secret (RFC 8725, 3.1 and 3.2). */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'EdDSA',
];
/** What is wrong with the token, and not with the issuer's keys or the way to them. */
const OF_THE_TOKEN =
  /^ERR_(JWT|JWS|JWKS_NO_MATCHING_KEY|JWKS_MULTIPLE_MATCHING_KEYS|JOSE_(ALG|NOT))/;
/** Seconds by which the issuer's clock may differ. */
const CLOCK_SKEW = 30;
/** Milliseconds for an answer of the issuer. */
const PATIENCE = 5000;
/** Milliseconds between two requests for its keys: so long a token with a new key is refused at the most. */
const COOLDOWN = 5000;

/**
 * Tokens of an organisation's own issuer: JSON Web Tokens (RFC 7519) that are verified against its key set (RFC 7517),
 * which OpenID Connect Discovery 1.0 finds. A key that is not known yet makes it be fetched again, so keys can rotate.
 */
@Injectable()
export class Issuer {
  #keys: Promise<JWTVerifyGetKey> | undefined;

  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly accounts: AccountsRepository,
    private readonly commands: CommandBus,
  ) {}

  /**
   * Who a token speaks for; a user is made of them at first sight.
   *
   * @throws Problem `unauthenticated`: the token is not good; `unavailable`: the issuer cannot be asked.
   */
  async callerOf(token: string): Promise<Caller> {
    const { AUTH_ISSUER: issuer } = this.config;
    if (!issuer) throw new Problem('unauthenticated', 'The token is not one of this service.');
    const claims = await this.#verify(token);
    const { sub: subject = '', exp = 0 } = claims;
    const userId =
      (await this.accounts.findIdentity(this.database.read, issuer, subject)) ??
      (await this.commands.execute(
        new AdoptIdentity({ issuer, subject, ...namesOf(claims), username: usernameOf(claims) }),
      ));
    return { userId, sessionId: null, expiresAt: exp * 1000 };
  }

  async #verify(token: string): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, await this.#keySet(), {
        issuer: this.config.AUTH_ISSUER,
        audience: this.config.AUTH_AUDIENCE,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_SKEW,
        requiredClaims: ['sub', 'exp'],
      });
      return payload;
    } catch (error) {
      if (error instanceof Problem) throw error;
      if (error instanceof errors.JOSEError && OF_THE_TOKEN.test(error.code))
        throw new Problem('unauthenticated', `The token is not good: ${error.message}.`);
      throw unreachable(this.config.AUTH_ISSUER, error);
    }
  }

  /** Kept once it is found; after a failure the next token tries again. */
  #keySet(): Promise<JWTVerifyGetKey> {
    this.#keys ??= this.#discover().catch((error: unknown) => {
      this.#keys = undefined;
      throw error;
    });
    return this.#keys;
  }

  async #discover(): Promise<JWTVerifyGetKey> {
    const { AUTH_ISSUER: issuer } = this.config;
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE) });
    if (!response.ok) throw new Error(`${url} answers ${response.status}`);
    const found = (await response.json()) as { issuer: string; jwks_uri: string };
    // OpenID Connect Discovery 1.0, 4.3: or anyone could name the keys.
    if (found.issuer !== issuer) throw new Error(`${url} is of the issuer ${found.issuer}`);
    return createRemoteJWKSet(new URL(found.jwks_uri), {
      timeoutDuration: PATIENCE,
      cooldownDuration: COOLDOWN,
    });
  }
}

const unreachable = (issuer: string, cause: unknown): Problem =>
  new Problem('unavailable', `${issuer}, which vouches for the token, cannot be asked now.`, {
    headers: { 'Retry-After': '5' },
    cause,
  });

/** https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims */
function namesOf(claims: JWTPayload): { firstname: string; lastname: string } {
  const { given_name, family_name, name, preferred_username, sub } = claims;
  const [givenName, familyName, whole] = [given_name, family_name, name].map(nameOf);
  const firstname = givenName || whole || nameOf(preferred_username) || nameOf(sub) || 'Someone';
  return { firstname, lastname: givenName ? familyName! : '' };
}

/** After the name that the issuer shows, without the domain where it is an address; else after the names. */
function usernameOf(claims: JWTPayload): string {
  const { firstname, lastname } = namesOf(claims);
  const [shown = ''] = nameOf(claims['preferred_username']).split('@');
  const wishes = [shown, `${firstname}.${lastname}`].map(asUsername);
  return wishes.find((wish) => wish.length >= 2) ?? 'someone';
}

/** What of a name may be part of a username, with room for a number behind it. */
const asUsername = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]/g, '')
    .replaceAll(/^[._-]+|[._-]+$/g, '')
    .slice(0, 24);

/** As the directory keeps names; empty where a claim is none. */
function nameOf(claim: unknown): string {
  if (typeof claim !== 'string') return '';
  const printable = claim.toWellFormed().replaceAll(/[\p{Cc}\p{Co}\p{Cn}]/gu, ' ');
  const text = withoutInvisible(printable).normalize('NFC').trim();
  return [...text].slice(0, LONGEST_NAME).join('');
}
