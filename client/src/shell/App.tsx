import { useEffect, useState, useSyncExternalStore } from 'react';
import { SessionStore } from '../session/session-store.js';
import { SessionContext } from '../session/use-session.js';
import { words } from '../words/words.js';
import { type LazyPage, useLazyPage } from './lazy-page.js';

export interface MemberProps {
  userId: string;
  justSignedIn: boolean;
}

interface AppProps {
  /** The page for users who are not signed in. */
  visitor: LazyPage<object>;
  /** The page for signed-in users. */
  member: LazyPage<MemberProps>;
}

export function App({ visitor, member }: AppProps) {
  const [session] = useState(() => new SessionStore());
  useEffect(() => session.start(), [session]);
  return (
    <SessionContext value={session}>
      <Page visitor={visitor} member={member} session={session} />
    </SessionContext>
  );
}

function Page({ visitor, member, session }: AppProps & { session: SessionStore }) {
  const view = useSyncExternalStore(session.subscribe, session.view);
  if (view.state === 'signed out') return <VisitorPage visitor={visitor} member={member} />;
  if (view.state === 'unknown') return <Opening isUnreachable={view.isUnreachable} />;
  const { who, justNow } = view;
  return (
    <MemberPage key={who.user.id} member={member} userId={who.user.id} justSignedIn={justNow} />
  );
}

function VisitorPage({ visitor, member }: AppProps) {
  const Shown = useLazyPage(visitor);
  useLoadOnInput(member);
  return Shown ? <Shown /> : <Opening />;
}

/** Whoever types is about to sign in. */
function useLoadOnInput(member: LazyPage<MemberProps>): void {
  useEffect(() => {
    const load = () => void member.load();
    addEventListener('input', load, { once: true });
    return () => removeEventListener('input', load);
  }, [member]);
}

function MemberPage({ member, ...props }: { member: LazyPage<MemberProps> } & MemberProps) {
  const Shown = useLazyPage(member);
  return Shown ? <Shown {...props} /> : <Opening />;
}

/** First the same as in `index.html`, so that it stays on the screen while the page starts. */
function Opening({ isUnreachable = false }: { isUnreachable?: boolean }) {
  return (
    <p role="status" className="waiting">
      {isUnreachable ? words.app.unreachable : words.app.opening}
    </p>
  );
}
