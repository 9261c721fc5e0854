const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

/** @param search the query of the authorization request, which the form repeats. */
export const signInPage = (search: string): string => `<!doctype html>
<html lang="en">
  <meta name="viewport" content="width=device-width" />
  <title>Sign in</title>
  <form method="post" action="/authorize${escaped(search)}">
    <p>Customers: ada / lovelace, grace / hopper, alan / turing</p>
    <p><label>User name <input name="username" autocomplete="username" required autofocus /></label></p>
    <p><label>Password <input name="password" type="password" autocomplete="current-password" required /></label></p>
    <button>Sign in</button>
  </form>
</html>`;
