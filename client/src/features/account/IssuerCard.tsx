import { settings } from '../../settings.js';
import { useSession } from '../../session/use-session.js';
import { words } from '../../words/words.js';

/** How to sign in without a password: the issuer's own page sets the cookie. */
export function IssuerCard() {
  const session = useSession();
  const { issuer } = settings;
  return (
    <section className="card" aria-labelledby="sign-in">
      <h2 id="sign-in">{words.account.signIn}</h2>
      <p>
        {issuer === ''
          ? words.account.noSignIn
          : words.account.signInAtIssuer(new URL(issuer).host)}
      </p>
      {issuer !== '' && (
        <div className="actions">
          <button type="button" className="button-primary" onClick={session.recheck}>
            {words.account.signedInThere}
          </button>
        </div>
      )}
    </section>
  );
}
