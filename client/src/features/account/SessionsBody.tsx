import { useCallback, useEffect, useRef, useState } from 'react';
import { endSession, listSessions } from '../../session/session-api.js';
import type { OwnSession } from '../../session/session.js';
import { useStore } from '../../store/use-store.js';
import { FailureText } from '../../ui/FailureText.js';
import { useAttempt } from '../../ui/use-attempt.js';
import { usePassFocusOn } from '../../ui/use-pass-focus-on.js';
import { words } from '../../words/words.js';
import { clientName } from './client-name.js';
import { SignOutOthersButton } from './SignOutOthersButton.js';

const timeOf = (iso: string): string => words.dates.dayAndTime(new Date(iso));

/** The sessions of the user. */
export function SessionsBody() {
  const { sessions, failure } = useSessions();
  const list = useRef<HTMLUListElement>(null);
  const focusList = useCallback(() => list.current?.focus(), []);
  return (
    <>
      <FailureText text={failure} />
      <ul ref={list} tabIndex={-1} className="found-list" aria-label={words.account.signIns}>
        {sessions?.map((named) => (
          <SessionItem key={named.session.id} named={named} onFocusLost={focusList} />
        ))}
      </ul>
      <div className="actions">
        <SignOutOthersButton />
      </div>
    </>
  );
}

function SessionItem({ named, onFocusLost }: { named: NamedSession; onFocusLost: () => void }) {
  const { session, name } = named;
  const item = usePassFocusOn<HTMLLIElement>(onFocusLost);
  const { failure, attempt } = useAttempt();
  return (
    <li ref={item} className="session">
      <div>
        <p className="session-client" title={session.client}>
          {name}
        </p>
        <p className="clock">
          {words.account.signedIn(timeOf(session.createdAt), timeOf(session.lastUsedAt))}
        </p>
        <FailureText text={failure} />
      </div>
      {session.current ? (
        <span className="pill">{words.account.thisSession}</span>
      ) : (
        <button type="button" onClick={() => attempt(endSession(session.id))}>
          {words.account.signOut}
        </button>
      )}
    </li>
  );
}

interface NamedSession {
  readonly session: OwnSession;
  /** The name of the client. */
  readonly name: string;
}

const named = async (session: OwnSession): Promise<NamedSession> => ({
  session,
  name: await clientName(session.client),
});

const listNamedSessions = async (): Promise<readonly NamedSession[]> =>
  Promise.all((await listSessions()).map(named));

function useSessions() {
  const store = useStore();
  const [sessions, setSessions] = useState<readonly NamedSession[] | null>(null);
  const { failure, fail } = useAttempt();

  useEffect(() => {
    const load = () => void listNamedSessions().then(setSessions, fail);
    load();
    return store.onEvent(({ name }) => {
      if (name === 'session.started' || name === 'session.ended') load();
    });
  }, [store]);
  return { sessions, failure };
}
