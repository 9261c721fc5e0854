import { useEffect, useState } from 'react';
import { messageOf } from '../../http/failure.js';
import { hasStatus } from '../../http/problem.js';
import { FailureText } from '../../ui/FailureText.js';
import { focusOnMount } from '../../ui/focus-on-mount.js';
import { onEscape } from '../../ui/on-escape.js';
import { Rich } from '../../ui/Rich.js';
import { words } from '../../words/words.js';
import { fullName, sameNames, type User } from '../people/user.js';
import { fetchUser } from '../people/users-api.js';
import type { LiveUsers } from './live-users.js';

interface RemoveConfirmationProps {
  users: LiveUsers;
  user: User;
  onClose: () => void;
}

export function RemoveConfirmation({ users, user, onClose }: RemoveConfirmationProps) {
  /** The person in question. A yes counts only for these names. */
  const [asked, setAsked] = useState(user);
  const [message, setMessage] = useState<string | null>(null);
  const [removing, setRemoving] = useState(false);

  function askAgain(current: User) {
    setMessage(words.directory.changedSince(fullName(asked)));
    setAsked(current);
  }

  useEffect(() => {
    if (!sameNames(asked, user)) askAgain(user);
    // Only a change from the stream asks again, not the question itself.
  }, [user]);

  async function remove() {
    if (removing) return;
    setRemoving(true);
    setMessage(null);
    try {
      const { user: current, etag } = await fetchUser(user.id);
      if (sameNames(current, asked)) await users.remove(user.id, etag);
      else askAgain(current);
    } catch (error) {
      if (hasStatus(error, 404)) users.forget(user.id);
      else if (hasStatus(error, 412)) setMessage(words.directory.changedJustNow);
      else setMessage(messageOf(error));
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
      <FailureText text={message} />
    </div>
  );
}
