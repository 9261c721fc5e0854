import { Bells } from '../../ui/Bells.js';
import { usePaneTitle } from '../../ui/page-title.js';
import { words } from '../../words/words.js';
import { SignIn } from './SignIn.js';
import './sign-in.css';

/** The first page of a visitor while the directory is not open. */
export function SignInPage() {
  usePaneTitle(words.account.signIn);
  return (
    <main className="sign-in">
      <div className="sign-in-brand">
        <Bells rings={0} />
        <div className="title">
          <h1>{words.app.name}</h1>
          <p>{words.app.about}</p>
        </div>
      </div>
      <SignIn takesFocus />
      <nav aria-label={words.app.more} className="sign-in-more">
        <a href="/api/docs">{words.app.apiDocs}</a>
      </nav>
    </main>
  );
}
