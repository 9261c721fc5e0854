import { ShownError } from '../../http/failure.js';
import type { Credentials } from '../../session/session-api.js';
import { CookieRefusedError, type SessionStore } from '../../session/session-store.js';
import { words } from '../../words/words.js';

/** Signs in, and explains why the browser does not keep the session. */
export async function signInWith(session: SessionStore, credentials: Credentials): Promise<void> {
  try {
    await session.signIn(credentials);
  } catch (error) {
    throw error instanceof CookieRefusedError ? new ShownError(cookieRefusal()) : error;
  }
}

/** A browser stores a `Secure` cookie only if it considers the page secure. */
function cookieRefusal(): string {
  return isSecureContext ? words.account.noCookie : words.account.notSecure(location.origin);
}
