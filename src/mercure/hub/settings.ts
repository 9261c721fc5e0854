import { StartupError } from '@carillon/nestjs';
import { HUB_PATH } from '@carillon/nestjs/internal';
import { Injectable } from '@nestjs/common';
import { Config } from '../../config.js';
import { isConfidential } from '../../confidential-url.js';
import { publicUrl } from '../../public-url.js';
import { type Directives, parseDirectives } from './directives.js';
import { type StaticKey, staticKeyOf } from './static-key.js';

/** What a token is used for. Each has a key of its own. */
export type Role = 'publisher' | 'subscriber';

const COOKIE = '__Secure-mercure_access_token';
/** The cookie of earlier versions of the protocol. */
const EARLIER_COOKIE = 'mercureAuthorization';

/** Whether the operator has set up the hub, and not turned it off with `FEATURES`. Otherwise it has no routes. */
export const isHubOn = (config: Config): boolean =>
  config.FEATURES.includes('mercure') &&
  [
    config.MERCURE_PUBLISHER_JWT_KEY,
    config.MERCURE_SUBSCRIBER_JWT_KEY,
    config.MERCURE_EXTRA_DIRECTIVES,
    ...config.MERCURE_TRUSTED_ISSUERS,
  ].some((value) => value !== '');

/** The operator's settings of the hub. */
@Injectable()
export class HubSettings {
  readonly keys: Readonly<Record<Role, StaticKey | undefined>>;
  /** The issuer of tokens that are signed with the static keys; `undefined` if it is not known. */
  readonly ownIssuer: string | undefined;
  /** Issuers whose keys are found with discovery. */
  readonly authorizationServers: readonly string[];
  /** Whether clients of earlier versions are accepted. */
  readonly isCompatible: boolean;
  /** The values of which `aud` must have one. The first is advertised. */
  readonly resourceIdentifiers: readonly string[];
  /** The URL of the hub. */
  readonly url: string;
  /** The names of cookies with a token. The first is advertised. */
  readonly cookies: readonly string[];
  readonly directives: Directives;

  /** @throws StartupError a setting is wrong. */
  constructor(config: Config) {
    this.directives = directivesOf(config);
    this.keys = { publisher: keyOf(config, 'PUBLISHER'), subscriber: keyOf(config, 'SUBSCRIBER') };
    const hasKeys = this.keys.publisher !== undefined || this.keys.subscriber !== undefined;
    const issuers = config.MERCURE_TRUSTED_ISSUERS;
    this.ownIssuer = hasKeys ? issuers[0] : undefined;
    this.authorizationServers = hasKeys ? issuers.slice(1) : issuers;
    refuseInsecure(this.authorizationServers);
    const { protocol_version_compatibility: version, resource_identifier: resource } =
      this.directives;
    this.isCompatible = hasKeys && (issuers.length === 0 || version !== undefined);
    this.url = `${publicUrl(config)}${HUB_PATH}`;
    this.resourceIdentifiers = resource === undefined ? urlsOf(config) : [resource];
    const { cookie_name: cookie = COOKIE } = this.directives;
    this.cookies = this.isCompatible ? [cookie, EARLIER_COOKIE] : [cookie];
  }
}

const urlsOf = (config: Config): string[] => {
  const origins = config.PUBLIC_URL.length > 0 ? config.PUBLIC_URL : [publicUrl(config)];
  return origins.map((origin) => `${origin}${HUB_PATH}`);
};

function directivesOf({ MERCURE_EXTRA_DIRECTIVES: text }: Config): Directives {
  try {
    return parseDirectives(text);
  } catch (error) {
    throw new StartupError(`MERCURE_EXTRA_DIRECTIVES: ${(error as Error).message}`);
  }
}

function keyOf(config: Config, role: 'PUBLISHER' | 'SUBSCRIBER'): StaticKey | undefined {
  const text = config[`MERCURE_${role}_JWT_KEY`];
  if (text === '') return undefined;
  try {
    return staticKeyOf(text, config[`MERCURE_${role}_JWT_ALG`]);
  } catch (error) {
    throw new StartupError(
      `MERCURE_${role}_JWT_KEY and MERCURE_${role}_JWT_ALG do not fit: ${(error as Error).message}.`,
    );
  }
}

function refuseInsecure(issuers: readonly string[]): void {
  const insecure = issuers.find((issuer) => !isConfidential(issuer));
  if (insecure === undefined) return;
  throw new StartupError(
    `MERCURE_TRUSTED_ISSUERS has "${insecure}", whose keys are fetched: it must be an https URL; http is accepted only for this machine.`,
  );
}
