// The authorization code flow with PKCE (RFC 7636) in the browser.
const issuer = await (await fetch('/issuer.json')).json();
const redirectUri = `${location.origin}/`;

const base64url = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

async function goToSignIn() {
  const verifier = random();
  const state = random();
  sessionStorage.setItem('sign-in', JSON.stringify({ verifier, state }));
  const challenge = base64url(
    await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier)),
  );
  const query = {
    response_type: 'code',
    client_id: 'shop',
    redirect_uri: redirectUri,
    state,
    code_challenge: challenge,
    code_challenge_method: 'S256',
  };
  location.assign(`${issuer.authorization_endpoint}?${new URLSearchParams(query)}`);
  return new Promise(() => {}); // the page is being left
}

async function redeem(code) {
  const { verifier } = JSON.parse(sessionStorage.getItem('sign-in') ?? '{}');
  sessionStorage.removeItem('sign-in');
  history.replaceState(null, '', '/');
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: 'shop',
    redirect_uri: redirectUri,
    code,
    code_verifier: verifier,
  });
  const response = await fetch(issuer.token_endpoint, { method: 'POST', body });
  if (!response.ok) return goToSignIn();
  const { access_token, expires_in } = await response.json();
  return { token: access_token, until: Date.now() + (expires_in - 30) * 1000 };
}

let current;

/** An access token that is still valid; leads to the sign-in page when there is none. */
export async function accessToken() {
  if (current && (await current).until > Date.now()) return (await current).token;
  const query = new URLSearchParams(location.search);
  const expected = JSON.parse(sessionStorage.getItem('sign-in') ?? '{}').state;
  const code = query.get('state') === expected && query.get('code');
  current = code ? redeem(code) : goToSignIn();
  current.catch(() => (current = undefined)); // the next call starts over
  return (await current).token;
}
