import { useEffect, useState, useSyncExternalStore } from 'react';
import { ChatPage } from './ChatPage.js';
import { useRoute } from './page/route.js';
import { SessionStore } from './session/session-store.js';
import { SignInPage } from './session/SignInPage.js';
import { PeoplePage } from './PeoplePage.js';

export function App() {
  const route = useRoute();
  const [session] = useState(() => new SessionStore());
  useEffect(() => session.start(), [session]);
  const view = useSyncExternalStore(session.subscribe, session.view);

  if (view.state === 'signed out')
    return route.page === 'people' ? <PeoplePage /> : <SignInPage session={session} />;
  if (view.state === 'signed in')
    return (
      <ChatPage
        key={view.who.user.id}
        session={session}
        who={view.who}
        justSignedIn={view.justNow}
      />
    );
  return (
    <p role="status" className="waiting">
      Opening Carillon…
    </p>
  );
}
