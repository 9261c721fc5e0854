import { useEffect, useState } from 'react';
import { failureOf } from '../http/failure.js';
import { hasStatus } from '../http/problem.js';
import type { LiveUsers } from './live-users.js';
import { onEscape } from './on-escape.js';
import { fullName, sameNames, type User } from './user.js';
import { fetchUser } from './users-api.js';

interface RemoveConfirmationProps {
  users: LiveUsers;
  user: User;
  onClose: () => void;
}

export function RemoveConfirmation({ users, user, onClose }: RemoveConfirmationProps) {
  /** Whom the question is about. A yes counts for this person under these names only. */
  const [asked, setAsked] = useState(user);
  const [message, setMessage] = useState<string | null>(null);
  const [removing, setRemoving] = useState(false);

  function askAgain(present: User) {
    setMessage(`Someone else changed this person just now, from ${fullName(asked)}.`);
    setAsked(present);
  }

  useEffect(() => {
    if (!sameNames(asked, user)) askAgain(user);
    // Only what the stream brings asks again, not the question itself.
  }, [user]);

  async function remove() {
    if (removing) return;
    setRemoving(true);
    setMessage(null);
    try {
      const { user: present, etag } = await fetchUser(user.id);
      if (sameNames(present, asked)) await users.remove(user.id, etag);
      else askAgain(present);
    } catch (error) {
      if (hasStatus(error, 404)) users.forget(user.id);
      else if (hasStatus(error, 412)) setMessage('Someone else changed this person just now.');
      else setMessage(failureOf(error).message);
    } finally {
      setRemoving(false);
    }
  }

  return (
    <div
      className="confirmation"
      role="group"
      aria-label={`Remove ${fullName(asked)}?`}
      onKeyDown={onEscape(onClose)}
    >
      <p>
        Remove <bdi>{fullName(asked)}</bdi>?
      </p>
      <div className="actions">
        <button type="button" className="button-danger" aria-disabled={removing} onClick={remove}>
          {removing ? 'Removing…' : 'Remove'}
        </button>
        <button type="button" className="button-quiet" autoFocus onClick={onClose}>
          Keep
        </button>
      </div>
      <p role="alert" className="failure">
        {message}
      </p>
    </div>
  );
}
