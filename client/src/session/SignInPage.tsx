import { useState } from 'react';
import { Bells } from '../page/Bells.js';
import { SignInForm } from './SignInForm.js';
import { SignUpForm } from './SignUpForm.js';
import type { SessionStore } from './session-store.js';

export function SignInPage({ session }: { session: SessionStore }) {
  const [isNew, setIsNew] = useState(false);
  return (
    <main className="welcome">
      <div className="welcome-brand">
        <Bells rings={0} />
        <div className="title">
          <h1>Carillon</h1>
          <p>Realtime over plain HTTP</p>
        </div>
      </div>
      {isNew ? <SignUpForm session={session} /> : <SignInForm session={session} />}
      <p className="welcome-other">
        {isNew ? 'You have an account?' : 'You are new here?'}{' '}
        <button type="button" className="button-link" onClick={() => setIsNew(!isNew)}>
          {isNew ? 'Sign in' : 'Create an account'}
        </button>
      </p>
      <nav aria-label="More" className="welcome-more">
        <a href="#/people">People</a>
        <a href="/api/docs">API docs</a>
      </nav>
    </main>
  );
}
