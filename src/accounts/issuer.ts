import { Database } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { errors, type JWTPayload, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { Config } from '../config.js';
import { MAX_NAME_LENGTH } from '../http/name-rules.js';
import { Problem } from '../http/problems.js';
import { withoutInvisible } from '../http/visible-text.js';
import { AccountsRepository } from './accounts.repository.js';
import { IssuerKeys } from './issuer-keys.js';
import { ProvisionUser } from './provision-user.js';
import { UserGrants } from './user-grants.js';
import type { UserCaller } from '../http/caller.js';

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
/**
 * What a token may be, as its header says (RFC 8725, 3.11): an access token (RFC 9068), or, from issuers that know OpenID
 * Connect only, any JWT. Others, such as logout tokens and `dpop+jwt`, were signed for another purpose.
 */
const TYPES: ReadonlySet<string | undefined> = new Set([undefined, 'jwt', 'at+jwt']);
/** OpenID Connect Core 1.0, 2: up to 255 ASCII characters. */
const SUBJECT = /^[\x21-\x7e][\x20-\x7e]{0,254}$/;
/** Seconds by which the issuer's clock may differ. */
const CLOCK_SKEW = 30;

/**
 * Tokens of an organisation's own issuer: JSON Web Tokens (RFC 7519) that are verified with the keys of `AUTH_ISSUER`,
 * and name `AUTH_AUDIENCE` in `aud`. The client that they were issued to (`azp`, or `client_id` as RFC 9068 has it)
 * must be one of `AUTH_CLIENTS`, where those are given. Their lifetime is at most `AUTH_TOKEN_LIFETIME`.
 */
@Injectable()
export class Issuer {
  readonly #keys: IssuerKeys;

  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly accounts: AccountsRepository,
    private readonly commands: CommandBus,
    private readonly grants: UserGrants,
  ) {
    this.#keys = new IssuerKeys(config.AUTH_ISSUER, 'AUTH_ISSUER');
  }

  /**
   * Identifies the user of a token, who is provisioned at the first request.
   *
   * @throws Problem `unauthenticated`: the token is not valid; `unavailable`: the issuer is unreachable.
   */
  async callerOf(token: string): Promise<UserCaller> {
    const { AUTH_ISSUER: issuer } = this.config;
    if (!issuer)
      throw new Problem(
        'unauthenticated',
        'This service accepts no bearer tokens. Sign in instead.',
      );
    const claims = await this.#verify(token);
    const { sub: subject, exp } = claims;
    const userId =
      (await this.accounts.findIdentity(this.database.read, issuer, subject)) ??
      (await this.commands.execute(
        new ProvisionUser({ issuer, subject, ...namesOf(claims), username: usernameOf(claims) }),
      ));
    return {
      kind: 'user',
      id: userId,
      userId,
      sessionId: null,
      expiresAt: exp * 1000,
      grants: await this.grants.of({ userId, claims }),
    };
  }

  async #verify(token: string): Promise<VerifiedClaims> {
    try {
      const { payload } = await jwtVerify(token, this.#keyOf, {
        issuer: this.config.AUTH_ISSUER,
        audience: this.config.AUTH_AUDIENCE,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_SKEW,
        requiredClaims: ['sub', 'exp'],
      });
      return this.#checked(payload);
    } catch (error) {
      if (error instanceof Problem) throw error;
      // Whatever else is wrong with it: it is not proved to be good.
      throw refused(error instanceof errors.JOSEError ? error.message : 'it cannot be verified');
    }
  }

  readonly #keyOf: JWTVerifyGetKey = (header, token) => {
    const type = header.typ?.toLowerCase().replace(/^application\//, '');
    if (!TYPES.has(type)) throw refused('its type is not that of an access token');
    return this.#keys.find(header, token);
  };

  #checked(claims: JWTPayload): VerifiedClaims {
    const { AUTH_CLIENTS, AUTH_TOKEN_LIFETIME } = this.config;
    const { sub, exp = 0, iat, azp, client_id: client = azp } = claims;
    if (typeof sub !== 'string' || !SUBJECT.test(sub))
      throw refused('"sub" must be 1 to 255 ASCII characters');
    for (const one of [azp, client])
      if (one !== undefined && typeof one !== 'string')
        throw refused('"azp" and "client_id" must be strings');
    if (AUTH_CLIENTS.length > 0 && !AUTH_CLIENTS.includes((azp ?? client ?? '') as string))
      throw refused('it was issued to a client that is not one of AUTH_CLIENTS');
    const now = Date.now() / 1000;
    const lifetime = exp - Math.min(typeof iat === 'number' ? iat : now, now);
    if (!(lifetime * 1000 <= AUTH_TOKEN_LIFETIME + CLOCK_SKEW * 1000))
      throw refused('it is valid for longer than AUTH_TOKEN_LIFETIME');
    return { ...claims, sub, exp };
  }
}

type VerifiedClaims = JWTPayload & { readonly sub: string; readonly exp: number };

const refused = (reason: string): Problem =>
  new Problem('unauthenticated', `The token is not valid: ${reason}.`);

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
  return [...text].slice(0, MAX_NAME_LENGTH).join('');
}
