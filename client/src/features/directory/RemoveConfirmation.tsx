import { useEffect, useState } from 'react';
import { failureOf, noFailure } from '../../http/failure.js';
import { hasStatus } from '../../http/problem.js';
import { FailureText } from '../../ui/FailureText.js';
import { focusOnMount } from '../../ui/focus-on-mount.js';
import { onEscape } from '../../ui/on-escape.js';
import { Rich } from '../../ui/Rich.js';
import { useFailure } from '../../ui/use-failure.js';
import { words } from '../../words/words.js';
import { fullName, sameNames, type User } from '../people/user.js';
import { fetchUser } from '../people/users-api.js';
import type { LiveUsers } from './live-users.js';

const CHANGED = { 'precondition-failed': words.directory.changedJustNow };

interface RemoveConfirmationProps {
  users: LiveUsers;
  user: User;
  onClose: () => void;
}

export function RemoveConfirmation({ users, user, onClose }: RemoveConfirmationProps) {
  /** The person in question. A yes counts only for these names. */
  const [asked, setAsked] = useState(user);
  const [failure, setFailure] = useFailure();
  const [removing, setRemoving] = useState(false);

  function askAgain(current: User) {
    setFailure({ ...noFailure, message: words.directory.changedSince(fullName(asked)) });
    setAsked(current);
  }

  useEffect(() => {
    if (!sameNames(asked, user)) askAgain(user);
    // Only a change from the stream asks again, not the question itself.
  }, [user]);

  async function remove() {
    if (removing) return;
    setRemoving(true);
    setFailure(noFailure);
    try {
      const { user: current, etag } = await fetchUser(user.id);
      if (sameNames(current, asked)) await users.remove(user.id, etag);
      else askAgain(current);
    } catch (error) {
      if (hasStatus(error, 404)) users.forget(user.id);
      else setFailure(failureOf(error, [], CHANGED));
    } finally {
      setRemoving(false);
    }
  }

  return (
    <div
      className="confirmation"
      role="group"
      aria-label={words.directory.removeQuestion(fullName(asked))}
      onKeyDown={onEscape(onClose)}
    >
      <p>
        <Rich
          text={words.directory.removeQuestionShown}
          values={{ name: <bdi>{fullName(asked)}</bdi> }}
        />
      </p>
      <div className="actions">
        <button type="button" className="button-danger" aria-disabled={removing} onClick={remove}>
          {removing ? words.directory.removing : words.directory.remove}
        </button>
        <button type="button" className="button-quiet" ref={focusOnMount} onClick={onClose}>
          {words.directory.keep}
        </button>
      </div>
      <FailureText text={failure.message} />
    </div>
  );
}
