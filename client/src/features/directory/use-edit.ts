import { useCallback, useEffect, useReducer, useRef } from 'react';
import { failureOf } from '../../http/failure.js';
import { hasStatus } from '../../http/problem.js';
import { useOutageEnd } from '../../ui/use-failure.js';
import { words } from '../../words/words.js';
import {
  changedNames,
  checkNames,
  cleaned,
  NAME_FIELDS,
  type Names,
  sameNames,
  type User,
} from '../people/user.js';
import { fetchUser } from '../people/users-api.js';
import { conflictOf, reduceEdit, startEdit } from './edit-state.js';
import type { LiveUsers } from './live-users.js';

interface EditOptions {
  users: LiveUsers;
  user: User;
  /** False once the user is no longer in the list: removed, or missing in a new snapshot. */
  listed: boolean;
  onSaved: () => void;
}

/** The edit of one user: what is typed, what others change meanwhile, and saving it. */
export function useEdit({ users, user, listed, onSaved }: EditOptions) {
  const [edit, dispatch] = useReducer(reduceEdit, user, startEdit);
  useOutageEnd(
    edit.failure,
    useCallback((failure) => dispatch({ type: 'failed', failure }), []),
  );
  const { id } = user;
  const known = useRef(user);

  const fail = (error: unknown) =>
    dispatch(
      hasStatus(error, 404)
        ? { type: 'gone' }
        : { type: 'failed', failure: failureOf(error, NAME_FIELDS) },
    );

  useEffect(() => {
    let isMounted = true;
    fetchUser(id).then(
      (version) => isMounted && dispatch({ type: 'fetched', version }),
      (error: unknown) => isMounted && fail(error),
    );
    return () => {
      isMounted = false;
    };
  }, [id]);

  useEffect(() => {
    if (known.current === user) return;
    known.current = user;
    dispatch({ type: 'received', user });
  }, [user]);

  useEffect(() => {
    if (listed) return;
    fetchUser(id).then(
      (version) => dispatch({ type: 'received', user: version.user }),
      // Other errors say nothing about the user; saving will.
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

  /** Saves `mine` over `seen` and nothing else; otherwise explains why and returns false. */
  async function putOver(seen: Names, etag: string | null, mine: Names): Promise<boolean> {
    if (sameNames(seen, mine)) return true;
    const put = (tag: string) => isAccepted(users.update(id, changedNames(seen, mine), tag));
    if (etag !== null && (await put(etag))) return true;
    const current = await fetchUser(id);
    // An earlier attempt was carried out, and its response was lost.
    if (sameNames(current.user, mine)) return true;
    if (!sameNames(current.user, seen)) {
      dispatch({ type: 'overtaken', user: current.user });
      return false;
    }
    // Changed and changed back. Only once: tags that a proxy has replaced are never accepted.
    if (await put(current.etag)) return true;
    dispatch({ type: 'failed', failure: { message: words.directory.tagsDiffer, fields: {} } });
    return false;
  }

  return {
    ...edit,
    conflict: conflictOf(edit),
    type: (names: Names) => dispatch({ type: 'typed', names }),
    save: () => submit((mine) => putOver(edit.seen, edit.etag, mine)),
    /** Overwrites what someone else has saved meanwhile. */
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
