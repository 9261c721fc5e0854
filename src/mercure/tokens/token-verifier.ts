import { Injectable } from '@nestjs/common';
import {
  decodeJwt,
  decodeProtectedHeader,
  type JWTPayload,
  jwtVerify,
  type JWTVerifyOptions,
} from 'jose';
import { IssuerKeys } from '../../accounts/issuer-keys.js';
import { HubSettings, type Role } from '../hub/settings.js';

/** The media type of access tokens (RFC 9068, 2.1). */
const ACCESS_TOKEN = 'at+jwt';
/** What the header of tokens for earlier versions says. */
const ANY_TOKEN: ReadonlySet<string | undefined> = new Set([undefined, 'jwt', ACCESS_TOKEN]);
/** Of authorization servers: signatures with a public key. */
const ASYMMETRIC = [
  'EdDSA',
  'ES256',
  'ES384',
  'ES512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
];
/** Seconds by which the clock of the issuer may be ahead, for `nbf`. */
const CLOCK_SKEW = 30;

/** A token whose signature, times, issuer and audience are right. */
export interface VerifiedToken {
  readonly claims: JWTPayload;
  /** Whether it met only the rules of earlier versions of the protocol. */
  readonly isEarlier: boolean;
}

/** The token is not accepted. */
export class InvalidToken extends Error {
  override readonly name = 'InvalidToken';
}

/**
 * Validates access tokens (RFC 9068). Each key belongs to one issuer and is used with one algorithm, or, from an
 * authorization server, with asymmetric ones.
 *
 * As long as the operator has not set the issuer of the static keys, or wants compatibility, tokens of earlier versions of
 * the protocol are accepted, too, if they are signed with a static key: they may lack `typ`, `iss`, `aud` and `exp`.
 */
@Injectable()
export class TokenVerifier {
  readonly #servers: ReadonlyMap<unknown, IssuerKeys>;

  constructor(private readonly settings: HubSettings) {
    this.#servers = new Map(
      settings.authorizationServers.map((issuer) => [
        issuer,
        new IssuerKeys(issuer, 'MERCURE_TRUSTED_ISSUERS'),
      ]),
    );
  }

  /**
   * @param role whose static key is used.
   * @throws InvalidToken, JOSEError or TypeError: it is not accepted; Problem `unavailable`: its issuer was not reached.
   */
  async verify(token: string, role: Role): Promise<VerifiedToken> {
    const type = typeOf(token);
    const { iss: issuer } = decodeJwt(token);
    const isTrusted = issuer !== undefined && this.#trusts(issuer);
    const isEarlier = this.settings.isCompatible && !(type === ACCESS_TOKEN && isTrusted);
    const claims = isEarlier
      ? await this.#verifyEarlier(token, type, role)
      : await this.#verifyStrictly(token, issuer, role);
    if (claims.exp !== undefined && claims.exp * 1000 <= Date.now())
      throw new InvalidToken('It has expired.');
    // PostgreSQL cannot store the caller of the update.
    if (`${claims.iss}${claims.sub}`.includes('\0'))
      throw new InvalidToken('Its issuer or subject contains U+0000.');
    return { claims, isEarlier };
  }

  #trusts(issuer: string): boolean {
    return issuer === this.settings.ownIssuer || this.#servers.has(issuer);
  }

  #verifyStrictly(token: string, issuer: string | undefined, role: Role): Promise<JWTPayload> {
    if (issuer === undefined || !this.#trusts(issuer))
      throw new InvalidToken('Its issuer is not trusted.');
    const rules = {
      issuer,
      audience: [...this.settings.resourceIdentifiers],
      typ: ACCESS_TOKEN,
      requiredClaims: ['exp'],
    };
    const server = this.#servers.get(issuer);
    return server
      ? verifyWith(server, token, { ...rules, algorithms: ASYMMETRIC })
      : this.#verifyWithStaticKey(token, role, rules);
  }

  /** The signature binds the token to this hub: nobody else signs with these keys. */
  #verifyEarlier(token: string, type: string | undefined, role: Role): Promise<JWTPayload> {
    if (!ANY_TOKEN.has(type)) throw new InvalidToken('Its type is not that of an access token.');
    const audience = [...this.settings.resourceIdentifiers];
    return this.#verifyWithStaticKey(token, role, type === ACCESS_TOKEN ? { audience } : {});
  }

  async #verifyWithStaticKey(
    token: string,
    role: Role,
    rules: JWTVerifyOptions,
  ): Promise<JWTPayload> {
    const own = this.settings.keys[role];
    if (!own) throw new InvalidToken(`There is no key for tokens of a ${role}.`);
    const options = { ...rules, algorithms: [own.algorithm], clockTolerance: CLOCK_SKEW };
    return (await jwtVerify(token, own.key, options)).payload;
  }
}

const verifyWith = async (
  { find }: IssuerKeys,
  token: string,
  options: JWTVerifyOptions,
): Promise<JWTPayload> =>
  (await jwtVerify(token, find, { ...options, clockTolerance: CLOCK_SKEW })).payload;

const typeOf = (token: string): string | undefined =>
  decodeProtectedHeader(token)
    .typ?.toLowerCase()
    .replace(/^application\//, '');
