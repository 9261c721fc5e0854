import { useEffect, useReducer, useRef } from 'react';
import { failureOf } from '../http/failure';
import { hasStatus } from '../http/problem';
import { conflictOf, reduceEdit, startEdit } from './edit-state';
import type { LiveUsers } from './live-users';
import { changedNames, checkNames, sameNames, trimmed, type Names, type User } from './user';
import { fetchUser, type UserVersion } from './users-api';

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
      hasStatus(error, 404) ? { type: 'gone' } : { type: 'failed', failure: failureOf(error) },
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

  async function save(base: UserVersion | null) {
    const mine = trimmed(edit.typed);
    const fields = checkNames(mine);
    if (Object.keys(fields).length > 0) {
      dispatch({ type: 'failed', failure: { message: null, fields } });
      return;
    }
    dispatch({ type: 'saving' });
    try {
      await overwrite(base ?? (await fetchUser(id)), mine);
      onSaved();
    } catch (error) {
      if (hasStatus(error, 412)) await compare(mine);
      else fail(error);
    }
  }

  async function overwrite(version: UserVersion, mine: Names) {
    const changes = changedNames(version.user, mine);
    if (Object.keys(changes).length > 0) await users.update(id, changes, version.etag);
  }

  /** Someone else was faster, or it was this person, and the answer got lost. */
  async function compare(mine: Names) {
    try {
      const { user: present } = await fetchUser(id);
      if (sameNames(present, mine)) onSaved();
      else dispatch({ type: 'overtaken', user: present });
    } catch (error) {
      fail(error);
    }
  }

  return {
    ...edit,
    conflict: conflictOf(edit),
    type: (names: Names) => dispatch({ type: 'typed', names }),
    /** Fails with a conflict when someone else has saved since the edit began. */
    save: () => save(edit.base),
    /** Saves over whatever someone else has saved. */
    saveAnyway: () => save(null),
  };
}
