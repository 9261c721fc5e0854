import { useEffect, useState } from 'react';
import { failureOf } from '../http/failure.js';
import { PaneHead } from '../page/PaneHead.js';
import { SureButton } from '../page/SureButton.js';
import { useChat } from '../page/use-chat.js';
import { clientName } from './client-name.js';
import { endOtherSessions, endSession, listSessions } from './session-api.js';
import type { OwnSession } from './session.js';

const time = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** Where the person is signed in. */
export function SessionsPage() {
  const { sessions, failure, end, endOthers } = useSessions();
  return (
    <>
      <PaneHead title="Where you are signed in" />
      <div className="pane-body">
        <p role="alert" className="failure">
          {failure}
        </p>
        <ul className="found-list" aria-label="Sign-ins">
          {sessions?.map((session) => (
            <li key={session.id} className="session">
              <div>
                <p className="session-client" title={session.client}>
                  {clientName(session.client)}
                </p>
                <p className="clock">
                  Since {time.format(new Date(session.createdAt))} · last used{' '}
                  {time.format(new Date(session.lastUsedAt))}
                </p>
              </div>
              {session.current ? (
                <span className="pill">This one</span>
              ) : (
                <button type="button" onClick={() => end(session.id)}>
                  Sign out
                </button>
              )}
            </li>
          ))}
        </ul>
        {sessions?.some(({ current }) => !current) && (
          <div className="actions">
            <SureButton
              text="Sign out everywhere else"
              className="button-quiet"
              onSure={endOthers}
            />
          </div>
        )}
      </div>
    </>
  );
}

function useSessions() {
  const chat = useChat();
  const [sessions, setSessions] = useState<readonly OwnSession[] | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const fail = (error: unknown) => setFailure(failureOf(error).message);

  useEffect(() => {
    const load = () => void listSessions().then(setSessions, fail);
    load();
    return chat.onFact(({ name }) => {
      if (name === 'session.started' || name === 'session.ended') load();
    });
  }, [chat]);
  return {
    sessions,
    failure,
    end: (id: string) => void endSession(id).catch(fail),
    endOthers: () => void endOtherSessions().catch(fail),
  };
}
