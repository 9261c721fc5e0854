import express, { type Express } from 'express';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { createHash, randomUUID } from 'node:crypto';
import { AUDIENCE } from '../customer.js';
import { signInPage } from './sign-in-page.js';

/** Seconds. */
const CODE_LIFETIME = 60;
const TOKEN_LIFETIME = 600;

/** Everyone who may sign in, with their password. */
const CUSTOMERS: Readonly<Record<string, string>> = {
  ada: 'lovelace',
  grace: 'hopper',
  alan: 'turing',
};

const isCustomer = (username: unknown, password: unknown): username is string =>
  typeof username === 'string' &&
  Object.hasOwn(CUSTOMERS, username) &&
  CUSTOMERS[username] === password;

interface Grant {
  readonly sub: string;
  readonly challenge: string;
  readonly redirectUri: string;
  readonly expiresAt: number;
}

/** A code that is never redeemed would stay in memory. */
function forgetExpired(grants: Map<string, Grant>): void {
  for (const [code, { expiresAt }] of grants) if (expiresAt < Date.now()) grants.delete(code);
}

/**
 * A small OpenID Connect issuer for this example: the authorization code flow with PKCE (RFC 7636) for one public client. Use
 * your own issuer instead; the shop needs only its URL.
 */
export function issuer(url: string, shop: string): Express {
  const app = express();
  const keys = generateKeyPair('ES256');
  const grants = new Map<string, Grant>();

  app.use((_request, response, next) => {
    response.set({ 'Access-Control-Allow-Origin': shop, 'Cache-Control': 'no-store' });
    next();
  });
  app.use(express.urlencoded({ extended: false, limit: '10kb' }));

  app.get('/.well-known/openid-configuration', (_request, response) => {
    response.json({
      issuer: url,
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/token`,
      jwks_uri: `${url}/jwks`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256'],
      code_challenge_methods_supported: ['S256'],
    });
  });

  app.get('/jwks', async (_request, response) => {
    const key = await exportJWK((await keys).publicKey);
    response.json({ keys: [{ ...key, alg: 'ES256', use: 'sig', kid: 'example' }] });
  });

  app.get('/authorize', (request, response) => {
    const { redirect_uri: redirectUri, code_challenge_method: method } = request.query;
    if (!isOfShop(redirectUri) || method !== 'S256')
      return void response.status(400).send('The redirect_uri or code_challenge_method is wrong.');
    response.type('html').send(signInPage(new URL(request.originalUrl, url).search));
  });

  app.post('/authorize', (request, response) => {
    const { redirect_uri: redirectUri, code_challenge: challenge, state } = request.query;
    const { username, password } = request.body as Record<string, unknown>;
    if (!isOfShop(redirectUri) || typeof challenge !== 'string')
      return void response.status(400).send('The redirect_uri or code_challenge is wrong.');
    if (!isCustomer(username, password))
      return void response.status(401).send('Wrong user name or password.');
    forgetExpired(grants);
    const code = randomUUID();
    const expiresAt = Date.now() + CODE_LIFETIME * 1000;
    grants.set(code, { sub: username, challenge, redirectUri, expiresAt });
    const target = new URL(redirectUri);
    target.search = String(
      new URLSearchParams({ code, state: typeof state === 'string' ? state : '' }),
    );
    response.redirect(303, target.href);
  });

  app.post('/token', async (request, response) => {
    const {
      code = '',
      code_verifier: verifier = '',
      redirect_uri,
    } = request.body as Record<string, string>;
    const grant = grants.get(code);
    grants.delete(code);
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    const isRight =
      grant &&
      grant.expiresAt > Date.now() &&
      grant.challenge === challenge &&
      grant.redirectUri === redirect_uri;
    if (!isRight) return void response.status(400).json({ error: 'invalid_grant' });
    const access_token = await new SignJWT({ client_id: 'shop' })
      .setProtectedHeader({ alg: 'ES256', kid: 'example', typ: 'at+jwt' })
      .setIssuer(url)
      .setAudience(AUDIENCE)
      .setSubject(grant.sub)
      .setJti(randomUUID())
      .setIssuedAt()
      .setExpirationTime(`${TOKEN_LIFETIME} s`)
      .sign((await keys).privateKey);
    response.json({ access_token, token_type: 'Bearer', expires_in: TOKEN_LIFETIME });
  });

  const isOfShop = (uri: unknown): uri is string =>
    typeof uri === 'string' && URL.parse(uri)?.origin === shop;
  return app;
}
