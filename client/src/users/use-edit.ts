import { useEffect, useReducer, useRef } from 'react';
import { failureOf } from '../http/failure.js';
import { hasStatus } from '../http/problem.js';
import { conflictOf, reduceEdit, startEdit } from './edit-state.js';
import type { LiveUsers } from './live-users.js';
import {
  changedNames,
  checkNames,
  cleaned,
  NAME_FIELDS,
  sameNames,
  type Names,
  type User,
} from './user.js';
import { fetchUser } from './users-api.js';

const TAGS_DIFFER =
  'The server says that this person was changed meanwhile, but the name is the one you saw. Nothing was saved. Try again. If it stays like this, tell whoever runs the server: a proxy may be replacing its entity tags.';

interface EditOptions {
  users: LiveUsers;
  user: User;
  /** False once the user is not in the list any more: removed, or replaced with a new snapshot. */
  listed: boolean;
  onSaved: () => void;
}

/** The edit of one user: what is typed, what others do meanwhile, and the saving of it. */
export function useEdit({ users, user, listed, onSaved }: EditOptions) {
  const [edit, dispatch] = useReducer(reduceEdit, user, startEdit);
  const { id } = user;
  const known = useRef(user);

  const fail = (error: unknown) =>
    dispatch(
      hasStatus(error, 404)
        ? { type: 'gone' }
        : { type: 'failed', failure: failureOf(error, NAME_FIELDS) },
    );

  useEffect(() => {
    let current = true;
    fetchUser(id).then(
      (version) => current && dispatch({ type: 'fetched', version }),
      (error: unknown) => current && fail(error),
    );
    return () => {
      current = false;
    };
  }, [id]);

  useEffect(() => {
    if (known.current === user) return;
    known.current = user;
    dispatch({ type: 'heard', user });
  }, [user]);

  useEffect(() => {
    if (listed) return;
    fetchUser(id).then(
      (version) => dispatch({ type: 'heard', user: version.user }),
      // Anything but a 404 says nothing about the user, and saving will tell.
      (error: unknown) => hasStatus(error, 404) && dispatch({ type: 'gone' }),
    );
  }, [id, listed]);

  async function submit(put: (mine: Names) => Promise<boolean>) {
    const mine = cleaned(edit.typed);
    const fields = checkNames(mine);
    if (Object.keys(fields).length > 0) {
      dispatch({ type: 'failed', failure: { message: null, fields } });
      return;
    }
    dispatch({ type: 'saving' });
    try {
      if (await put(mine)) onSaved();
    } catch (error) {
      fail(error);
    }
  }

  /** Saves `mine` over `seen`, but not over anything else: then it explains that, and returns false. */
  async function putOver(seen: Names, etag: string | null, mine: Names): Promise<boolean> {
    if (sameNames(seen, mine)) return true;
    const put = (tag: string) => isAccepted(users.update(id, changedNames(seen, mine), tag));
    if (etag !== null && (await put(etag))) return true;
    const present = await fetchUser(id);
    // An earlier try had been carried out, and its answer got lost.
    if (sameNames(present.user, mine)) return true;
    if (!sameNames(present.user, seen)) {
      dispatch({ type: 'overtaken', user: present.user });
      return false;
    }
    // Changed and changed back. Once only: tags that a proxy has replaced are never accepted.
    if (await put(present.etag)) return true;
    dispatch({ type: 'failed', failure: { message: TAGS_DIFFER, fields: {} } });
    return false;
  }

  return {
    ...edit,
    conflict: conflictOf(edit),
    type: (names: Names) => dispatch({ type: 'typed', names }),
    save: () => submit((mine) => putOver(edit.seen, edit.etag, mine)),
    /** Saves over what someone else has saved meanwhile. */
    saveAnyway: () =>
      submit(async (mine) => {
        const { user: theirs, etag } = await fetchUser(id);
        return putOver(theirs, etag, mine);
      }),
  };
}

/** False when the precondition failed. */
async function isAccepted(command: Promise<void>): Promise<boolean> {
  try {
    await command;
    return true;
  } catch (error) {
    if (hasStatus(error, 412)) return false;
    throw error;
  }
}
